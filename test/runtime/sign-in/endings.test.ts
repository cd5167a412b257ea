import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { parseEmail } from '../../../src/contract/email.ts'
import type { KeyValueStore } from '../../../src/ports/kv.ts'
import { createMemoryKeyValueStore } from '../../../src/providers/kv/memory.ts'
import { createEndings } from '../../../src/runtime/sign-in/endings.ts'
import { createLogger } from '../../../src/runtime/telemetry/log.ts'

const start = 1_800_000_000
const email = parseEmail('alice@shibari.test') ?? fail()
const session = { id: 'canary-session-id', email, signedInAt: start }
const secret = 'test-session-secret-of-32-characters'

function fail(): never {
  throw new TypeError('no address')
}

/** Creates a store that several processes share, which can fail, and which counts its calls. */
function sharedStore() {
  const clock = { time: start * 1000 }
  const held = new Map<string, string>()
  const state = { isAway: false, isStill: false, calls: 0 }
  const call = () => {
    state.calls++
    if (state.isAway) throw new Error('away')
  }
  const kv: KeyValueStore = {
    async get(key) {
      call()
      return held.get(key) ?? null
    },
    async put(key, value) {
      call()
      if (state.isStill) return false
      held.set(key, value)
      return true
    },
    delete: async (key) => void held.delete(key),
    claim: () => Promise.reject(new Error('not used')),
  }
  const lines: string[] = []
  const log = createLogger({ level: 'info', write: (line) => lines.push(line) })
  return {
    clock,
    held,
    state,
    lines,
    process: (...secrets: string[]) => {
      const [first = secret, ...older] = secrets
      return createEndings({
        kv,
        secrets: [new Secret(first), ...older.map((text) => new Secret(text))],
        log,
        now: () => clock.time,
      })
    },
  }
}

describe('the ending of a session', () => {
  it('tells every process about an ending within 30 seconds through the shared store', async () => {
    const { process, clock } = sharedStore()
    const [one, other] = [process(), process()]
    expect(await other.isEnded(session)).toBe(false)
    expect(await one.endSession(session)).toBe(true)
    expect(await one.isEnded(session)).toBe(true)
    clock.time += 30_000
    expect(await other.isEnded(session)).toBe(true)
  })

  it('makes no call to the store when the session was checked within the last 30 seconds', async () => {
    const { process, clock, state } = sharedStore()
    const endings = process()
    await endings.isEnded(session)
    const { calls } = state
    clock.time += 29_999
    for (let asked = 0; asked < 1000; asked++) expect(await endings.isEnded(session)).toBe(false)
    expect(state.calls).toBe(calls)
    await endings.endSession(session)
    expect(await endings.isEnded(session)).toBe(true)
  })

  it('applies an ending during a running check of the same session', async () => {
    const { process } = sharedStore()
    const endings = process()
    const asked = endings.isEnded(session)
    await endings.endSession(session)
    expect(await asked).toBe(true)
  })

  it('leaves nothing in the store that identifies the person', async () => {
    const { process, held } = sharedStore()
    const endings = process()
    await endings.endSession(session)
    await endings.endPerson(email)
    const text = [...held].flat().join('\n')
    expect(held.size).toBe(2)
    for (const personal of [session.id, email, 'alice', String(start)]) expect(text).not.toContain(personal)
    for (const key of held.keys()) expect(key).toMatch(/^ended:[\w-]{43}$/)
  })

  it('keeps an ending in this process while the store is unavailable, and tells the others afterwards', async () => {
    const { process, clock, state, lines } = sharedStore()
    const [one, other] = [process(), process()]
    state.isAway = true
    expect(await one.endSession(session)).toBe(false)
    expect(await one.endPerson(email)).toBe(false)
    expect(await one.isEnded(session)).toBe(true)
    expect(await other.isEnded(session)).toBe(false)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join('\n')).not.toContain('canary')
    state.isAway = false
    clock.time += 30_000
    await one.isEnded({ ...session, id: 'another', email: parseEmail('bob@shibari.test') ?? fail() })
    await expect.poll(() => other.isEnded(session)).toBe(true)
  })

  it('writes an ending again when the store silently rejected it', async () => {
    const { process, clock, state, held } = sharedStore()
    const endings = process()
    state.isStill = true
    expect(await endings.endSession(session)).toBe(false)
    expect(held.size).toBe(0)
    state.isStill = false
    clock.time += 5000
    await endings.isEnded({ ...session, id: 'another' })
    await expect.poll(() => held.size).toBe(1)
  })

  it('restores an ending from every process that knows it after the store lost everything', async () => {
    const { process, held, clock } = sharedStore()
    const [one, other, late] = [process(), process(), process()]
    await one.endSession(session)
    await one.endPerson(parseEmail('bob@shibari.test') ?? fail())
    expect(await other.isEnded(session)).toBe(true)
    held.clear()
    await other.tellAgain()
    clock.time += 60_000
    expect(await late.isEnded(session)).toBe(true)
    await one.tellAgain()
    expect(held.size).toBe(2)
  })

  it('applies an ending in every process during a rotation of the secret', async () => {
    const next = 'the-next-session-secret-of-32-chars'
    const { process } = sharedStore()
    await process(secret).endSession(session)
    await process(next, secret).endPerson(parseEmail('bob@shibari.test') ?? fail())
    expect(await process(next, secret).isEnded(session)).toBe(true)
    const ofBob = { id: 'b', email: parseEmail('bob@shibari.test') ?? fail(), signedInAt: start }
    for (const secrets of [[secret], [next, secret], [next]]) {
      expect(await process(...secrets).isEnded(ofBob)).toBe(true)
    }
  })

  it('remembers at most 10,000 ended sessions', async () => {
    const { process, held } = sharedStore()
    const endings = process()
    for (let index = 0; index <= 10_000; index++) await endings.endSession({ ...session, id: `s${index}` })
    expect(endings.isKnownEnded({ ...session, id: 's0' })).toBe(false)
    expect(endings.isKnownEnded({ ...session, id: 's10000' })).toBe(true)
    expect(held.size).toBe(10_001)
    expect(await endings.isEnded({ ...session, id: 's0' })).toBe(true)
  })
})

describe('the ending of all sessions of a person', () => {
  it('ends the sessions of earlier sign-ins and of no later sign-in', async () => {
    const { process, clock } = sharedStore()
    const [one, other] = [process(), process()]
    await one.endPerson(email)
    for (const endings of [one, other]) {
      expect(await endings.isEnded(session)).toBe(true)
      expect(await endings.isEnded({ ...session, id: 'older', signedInAt: start - 86_400 })).toBe(true)
      const signedInAt = await endings.startOf(email)
      expect(signedInAt).toBe(start + 1)
      expect(await endings.isEnded({ ...session, id: 'new', signedInAt })).toBe(false)
    }
    clock.time += 60_000
    expect(await one.startOf(email)).toBe(start + 60)
  })

  it.each(['', 'nonsense', '{"until":9999999999}', 'x'.repeat(1_000_000)])(
    'ignores a forged ending “%.20s” in the store',
    async (junk) => {
      const { process, held, clock } = sharedStore()
      await process().endPerson(email)
      for (const key of held.keys()) held.set(key, junk)
      clock.time += 1000
      const later = { ...session, signedInAt: start + 1 }
      expect(await process().isEnded(later)).toBe(false)
      expect(await process().startOf(email)).toBe(start + 1)
    },
  )

  it('ignores an ending that was moved to another person within the store', async () => {
    const { process, held } = sharedStore()
    const bob = parseEmail('bob@shibari.test') ?? fail()
    await process().endPerson(email)
    const [[, sealed = ''] = []] = [...held]
    await process().endPerson(bob)
    const [, [keyOfBob = ''] = []] = [...held]
    held.set(keyOfBob, sealed)
    expect(await process().isEnded({ ...session, id: 'b', email: bob })).toBe(false)
  })
})

it('remembers an ended session when its own store evicts the record', async () => {
  const kv = createMemoryKeyValueStore({ maxCharacters: 500 })
  const log = createLogger({ level: 'error', write: () => undefined })
  const endings = createEndings({ kv, secrets: [new Secret(secret)], log, now: Date.now })
  await endings.endSession(session)
  for (let index = 0; index < 20; index++) await kv.put(`k${index}`, 'x'.repeat(100), { ttlSeconds: 60 })
  expect(await endings.isEnded(session)).toBe(true)
})
