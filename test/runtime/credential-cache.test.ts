import { describe, expect, it } from 'vitest'
import { withCredentials } from '../../src/credentials.ts'
import { PublisherError } from '../../src/errors.ts'
import { createCredentialCache } from '../../src/runtime/credential-cache.ts'
import { Secret } from '../../src/secret.ts'

function setUp(ttlMs = 600_000) {
  const clock = { time: 0 }
  const calls: string[] = []
  const cache = createCredentialCache({
    resolve: async (ref) => {
      calls.push(ref)
      return {
        provider: 'dropbox',
        version: String(calls.length),
        refresh_token: new Secret(`token-${calls.length}`),
      }
    },
    ttlMs,
    now: () => clock.time,
  })
  return { cache, calls, clock }
}

const rejected = new PublisherError('credentials_rejected', 'no')

describe('the credential cache', () => {
  it('resolves once for many callers at once, and again after its time', async () => {
    const { cache, calls, clock } = setUp(1000)
    const source = cache.source('ref', 'dropbox')
    await Promise.all(Array.from({ length: 50 }, () => source.get()))
    expect(calls).toEqual(['ref'])
    clock.time = 1000
    await source.get()
    expect(calls).toEqual(['ref', 'ref'])
  })

  it('resolves afresh exactly once when the vendor rejects them', async () => {
    const { cache, calls } = setUp()
    const used: string[] = []
    const result = await withCredentials(cache.source('ref', 'dropbox'), async ({ version }) => {
      used.push(version)
      if (version === '1') throw rejected
      return 'done'
    })
    expect(result).toBe('done')
    expect(used).toEqual(['1', '2'])
    expect(calls).toHaveLength(2)
  })

  it('gives up when the fresh ones are rejected too', async () => {
    const { cache, calls } = setUp()
    const attempt = withCredentials(cache.source('ref', 'dropbox'), () => Promise.reject(rejected))
    await expect(attempt).rejects.toBe(rejected)
    expect(calls).toHaveLength(2)
  })

  it('keeps newer ones when older ones are rejected late', async () => {
    const { cache, calls } = setUp()
    const source = cache.source('ref', 'dropbox')
    const old = await source.get()
    source.reject(old)
    await source.get()
    source.reject(old)
    await source.get()
    expect(calls).toHaveLength(2)
  })

  it('does not keep a failure', async () => {
    let calls = 0
    const cache = createCredentialCache({
      resolve: async () => {
        calls++
        if (calls === 1) throw new PublisherError('credentials_unavailable', 'down')
        return { provider: 'dropbox', version: '', refresh_token: new Secret('x') }
      },
      ttlMs: 1000,
      now: () => 0,
    })
    const source = cache.source('ref', 'dropbox')
    await expect(source.get()).rejects.toMatchObject({ code: 'credentials_unavailable' })
    await expect(source.get()).resolves.toMatchObject({ provider: 'dropbox' })
  })

  it('refuses credentials of another provider', async () => {
    const { cache } = setUp()
    await expect(cache.source('ref', 's3').get()).rejects.toMatchObject({ code: 'credentials_unavailable' })
  })
})
