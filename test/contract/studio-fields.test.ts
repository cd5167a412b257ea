import { describe, expect, it } from 'vitest'
import { parseRuntimeAnswer } from '../../src/contract/runtime-answer.ts'

function read(config: Record<string, unknown>) {
  const storage = { provider: 'local', paths: { root: '/photos' } }
  const answer = parseRuntimeAnswer({
    app_type: 'publisher_v2',
    config_version: 'v1',
    config: { storage, ...config },
  })
  if (answer === 'other_app_type') throw new TypeError('The answer is of another app.')
  return { ...answer.config, faults: answer.faults.map(({ path }) => path) }
}

describe('a time zone', () => {
  it.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+1'])(
    'accepts %s',
    (time_zone) => {
      expect(read({ content: { time_zone } })).toMatchObject({ content: { time_zone }, faults: [] })
    },
  )

  it.each(['+01:00', 'Mars/Olympus', '../../etc', 5, 'Europe/Berlin\0'])(
    'counts %j as absent',
    (time_zone) => {
      const { content, faults } = read({ content: { time_zone } })
      expect([content.time_zone, faults]).toEqual([undefined, ['config.content.time_zone']])
    },
  )
})

describe('the API keys of a configuration', () => {
  const sha256 = 'a'.repeat(64)
  const key = { id: 'key_1', sha256, scopes: ['read', 'publish'] }

  it('keeps usable keys, and grants nothing for scopes of a later version', () => {
    const later = { ...key, id: 'key_2', scopes: ['read', 'rule'], expires_at: '2036-01-01T00:00:00Z' }
    const { auth, faults } = read({ auth: { api_keys: [key, later] } })
    expect(auth?.api_keys).toEqual([key, { ...later, scopes: ['read'] }])
    expect(faults).toEqual([])
  })

  it.each([
    { ...key, sha256: 'A'.repeat(64) },
    { ...key, sha256: undefined },
    { ...key, expires_at: 'tomorrow' },
    { ...key, scopes: 'read' },
    { ...key, id: '' },
    'pk_alice_x',
  ])('leaves the key %j out', (unusable) => {
    const { auth, faults } = read({ auth: { api_keys: [unusable, key] } })
    expect(auth?.api_keys).toEqual([key])
    expect(faults).toEqual(['config.auth.api_keys'])
  })

  it('leaves the list of keys empty when the list or the block is unusable', () => {
    expect(read({ auth: { api_keys: 'x' } }).auth?.api_keys).toEqual([])
    expect(read({ auth: 'x' }).auth).toEqual({ enabled: true, allowed_emails: [], api_keys: [] })
  })
})
