import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { parseEmail } from '../../../src/contract/email.ts'
import { createSessions, maxSessionSeconds } from '../../../src/runtime/sign-in/sessions.ts'

const start = 1_800_000_000
const audience = '.shibari.test'

function sessionsAt(seconds: number, sessionTtlSeconds = 3600) {
  const settings = { sessionSecrets: [new Secret('s'.repeat(32))] as const, sessionTtlSeconds }
  return createSessions(settings, { isEnded: async () => false, now: () => seconds * 1000 })
}

function person(name: string, signedInAt = start) {
  const email = parseEmail(`${name}@shibari.test`)
  if (!email) throw new TypeError('unreachable')
  return { id: `session of ${name}`, email, subject: `test|${name}`, signedInAt, provedAt: signedInAt }
}

async function token(name: string, at = start): Promise<string> {
  return (await sessionsAt(at).issue(person(name), audience))?.token ?? ''
}

describe('a session', () => {
  it('stores the person and the times of a session, which lives for its TTL', async () => {
    const issued = await sessionsAt(start).issue(person('alice'), audience)
    expect(issued?.maxAgeSeconds).toBe(3600)
    expect(await sessionsAt(start + 1).read([issued?.token ?? ''], audience)).toEqual({
      ...person('alice'),
      issuedAt: start,
      expiresAt: start + 3600,
    })
  })

  it('ends a session at once when the TTL in the environment becomes shorter', async () => {
    const old = await token('alice')
    expect(await sessionsAt(start + 600, 601).read([old], audience)).not.toBeNull()
    expect(await sessionsAt(start + 600, 600).read([old], audience)).toBeNull()
  })

  it('ends a session 30 days after the sign-in, renewals included', async () => {
    const last = start + maxSessionSeconds
    expect((await sessionsAt(last - 60).issue(person('alice'), audience))?.maxAgeSeconds).toBe(60)
    expect(await sessionsAt(last).issue(person('alice'), audience)).toBeNull()
  })

  it('reads the session that lasts longest when all values name the same person', async () => {
    const [early, late, other] = [await token('alice'), await token('alice', start + 60), await token('bob')]
    const { read } = sessionsAt(start + 100)
    expect(await read([early, 'garbage', late, ''], audience)).toMatchObject({ issuedAt: start + 60 })
    expect(await read([late, early], audience)).toMatchObject({ issuedAt: start + 60 })
    expect(await read([early, other], audience)).toBeNull()
    expect(await read([early, late, other], audience)).toBeNull()
    expect(await read([], audience)).toBeNull()
  })

  it('treats two values as different people when only the address or only the subject differs', async () => {
    const alice = person('alice')
    const renamed = await sessionsAt(start).issue({ ...alice, email: person('alicia').email }, audience)
    const namesake = await sessionsAt(start).issue({ ...alice, subject: 'other|alice' }, audience)
    const { read } = sessionsAt(start)
    for (const issued of [renamed, namesake]) {
      expect(await read([await token('alice'), issued?.token ?? ''], audience)).toBeNull()
    }
  })
})
