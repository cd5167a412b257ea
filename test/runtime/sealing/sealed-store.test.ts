import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import type { KeyValueStore } from '../../../src/ports/kv.ts'
import { createMemoryKeyValueStore } from '../../../src/providers/kv/memory.ts'
import { createSealedStore } from '../../../src/runtime/sealing/sealed-store.ts'

const secret = 'test-session-secret-of-32-characters'
const next = 'the-next-session-secret-of-32-chars'
const hour = { ttlSeconds: 3600 }

function scene({ isOwn = false } = {}) {
  const clock = { time: 1_800_000_000_000 }
  const now = () => clock.time
  const kv: KeyValueStore = { ...createMemoryKeyValueStore({ now }), isOwn }
  const store = (secrets: string[] = [secret], purpose = 'test', maxOpened?: number) =>
    createSealedStore({
      kv,
      secrets: [new Secret(secrets[0] ?? ''), ...secrets.slice(1).map((text) => new Secret(text))],
      purpose,
      maxLength: 10_000,
      ...(maxOpened !== undefined && { maxOpened }),
      now,
    })
  return { clock, kv, store }
}

describe('the sealed store', () => {
  it('opens a value for its host and key, but for no other host, key, purpose or secret', async () => {
    const { kv, store } = scene()
    await store().put('alice.test', 'a', 'words', hour)
    const sealed = (await kv.get('a')) ?? ''
    expect(sealed).not.toContain('words')
    expect(await store().get('alice.test', 'a')).toBe('words')
    expect(await store().get('bob.test', 'a')).toBeNull()
    expect(await store([secret], 'other').get('alice.test', 'a')).toBeNull()
    expect(await store([next]).get('alice.test', 'a')).toBeNull()
    await kv.put('b', sealed, hour)
    expect(await store().get('alice.test', 'b')).toBeNull()
  })

  it('opens a value as long as its secret is configured', async () => {
    const { store } = scene()
    await store([secret]).put('alice.test', 'a', 'words', hour)
    expect(await store([next, secret]).get('alice.test', 'a')).toBe('words')
    expect(await store([next]).get('alice.test', 'a')).toBeNull()
  })

  it.each([undefined, 10_000])(
    'does not open an expired value that the store still holds (cache of opened values: %s)',
    async (kept) => {
      const { clock, kv, store } = scene()
      const opened = store([secret], 'test', kept)
      await opened.put('alice.test', 'a', 'words', { ttlSeconds: 60 })
      const sealed = (await kv.get('a')) ?? ''
      await kv.put('a', sealed, { ttlSeconds: 1_000_000 })
      clock.time += 59_999
      expect(await opened.get('alice.test', 'a')).toBe('words')
      clock.time += 1
      expect(await opened.get('alice.test', 'a')).toBeNull()
    },
  )

  it('opens the new value after an overwrite', async () => {
    const { kv, store } = scene()
    const opened = store([secret], 'test', 10_000)
    await opened.put('alice.test', 'a', 'first', hour)
    expect(await opened.get('alice.test', 'a')).toBe('first')
    await store().put('alice.test', 'a', 'second', hour)
    expect(await opened.get('alice.test', 'a')).toBe('second')
    await kv.put('a', 'junk', hour)
    expect(await opened.get('alice.test', 'a')).toBeNull()
    await opened.delete('a')
    expect(await opened.get('alice.test', 'a')).toBeNull()
  })

  it('treats any text of a hostile writer as a miss', async () => {
    const { kv, store } = scene()
    const sealedStore = store()
    await sealedStore.put('alice.test', 'a', 'words', hour)
    const sealed = (await kv.get('a')) ?? ''
    const changed = fc.tuple(fc.nat(sealed.length - 1), fc.string({ maxLength: 3 })).map(([at, text]) => {
      return sealed.slice(0, at) + text + sealed.slice(at + 1)
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ maxLength: 20_000 }), changed), async (value) => {
        fc.pre(value !== sealed)
        await kv.put('a', value, hour)
        expect(await sealedStore.get('alice.test', 'a')).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  it('stores plain text when the store is the process’s own memory', async () => {
    const { kv, store } = scene({ isOwn: true })
    await store().put('alice.test', 'a', 'words', hour)
    expect(await kv.get('a')).toBe('words')
    expect(await store().get('alice.test', 'a')).toBe('words')
  })

  it('rejects when the store rejects', async () => {
    const away = () => Promise.reject(new Error('away'))
    const kv: KeyValueStore = { get: away, put: away, delete: away, claim: away }
    const store = createSealedStore({
      kv,
      secrets: [new Secret(secret)],
      purpose: 'test',
      maxLength: 100,
      now: Date.now,
    })
    await expect(store.get('alice.test', 'a')).rejects.toThrow('away')
    await expect(store.put('alice.test', 'a', 'words', hour)).rejects.toThrow('away')
  })
})
