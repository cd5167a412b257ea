/** Contract suite of key-value stores (src/ports/kv.ts). */
import { describe, expect, it } from 'vitest'
import type { KeyValueStore } from '../../../src/ports/kv.ts'

interface Clock {
  time: number
}

export interface OpenKeyValueStore {
  store: KeyValueStore
  /** Lets time pass for this key, in a store that has a clock of its own. */
  age?(key: string, ms: number): Promise<void>
  close(): Promise<void>
}

/** Runs the suite. `open` returns an empty store, whose time passes by the given clock or by `age`. */
export function describeKeyValueStore(
  title: string,
  open: (now: () => number) => Promise<OpenKeyValueStore>,
): void {
  describe(title, () => {
    const withStore =
      (check: (store: KeyValueStore, pass: (key: string, ms: number) => Promise<void>) => Promise<void>) =>
      async () => {
        const clock: Clock = { time: Date.now() }
        const { store, age, close } = await open(() => clock.time)
        try {
          await check(store, async (key, ms) => {
            clock.time += ms
            await age?.(key, ms)
          })
        } finally {
          await close()
        }
      }

    it(
      'returns a stored value until it is replaced or deleted',
      withStore(async (store) => {
        expect(await store.get('key')).toBeNull()
        await store.put('key', 'one', { ttlSeconds: 600 })
        expect(await store.get('key')).toBe('one')
        await store.put('key', 'zwei ✂️ "quoted"', { ttlSeconds: 600 })
        expect(await store.get('key')).toBe('zwei ✂️ "quoted"')
        await store.delete('key')
        expect(await store.get('key')).toBeNull()
        await store.delete('key')
      }),
    )

    it(
      'expires a value after a TTL shorter than a minute',
      withStore(async (store, pass) => {
        await store.put('key', 'value', { ttlSeconds: 50 })
        await pass('key', 25_000)
        expect(await store.get('key')).toBe('value')
        await pass('key', 25_000)
        expect(await store.get('key')).toBeNull()
      }),
    )

    it(
      'lets exactly one of several concurrent callers claim a key until the TTL ends',
      withStore(async (store, pass) => {
        const ask = () => store.claim('key', { ttlSeconds: 50 })
        const answers = await Promise.all(Array.from({ length: 10 }, ask))
        expect(answers.filter(Boolean)).toHaveLength(1)
        await pass('key', 25_000)
        expect(await ask()).toBe(false)
        await pass('key', 25_000)
        expect(await ask()).toBe(true)
      }),
    )

    it(
      'refuses a claimed key and accepts a released key',
      withStore(async (store) => {
        await store.put('key', 'value', { ttlSeconds: 600 })
        expect(await store.claim('key', { ttlSeconds: 600 })).toBe(false)
        expect(await store.get('key')).toBe('value')
        await store.delete('key')
        expect(await store.claim('key', { ttlSeconds: 600 })).toBe(true)
      }),
    )
  })
}
