import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCloudflareKeyValueStore } from '../../../src/providers/kv/cloudflare.ts'
import { describeKeyValueStore } from '../../support/contracts/key-value-store.ts'
import { startWorkerd } from '../../support/fixtures/workerd.ts'

describeKeyValueStore('the Cloudflare store', async (now) => {
  const script = 'export default { fetch: () => new Response() }'
  const miniflare = startWorkerd(script, { env: { KV: { type: 'kv', id: 'kv' } } })
  const store = createCloudflareKeyValueStore(await miniflare.getKVNamespace('KV'), {
    now,
    // Long enough for a busy machine.
    answerMs: 10_000,
  })
  return { store, close: () => miniflare.dispose() }
})

describe('the Cloudflare store', () => {
  function namespace() {
    const values = new Map<string, string>()
    const asked: string[] = []
    return {
      values,
      asked,
      async get(key: string) {
        asked.push(key)
        return values.get(key) ?? null
      },
      put: async (key: string, value: string) => void values.set(key, value),
      delete: async (key: string) => void values.delete(key),
    }
  }

  it('reads each key at most once per minute and isolate', async () => {
    const clock = { time: 0 }
    const kv = namespace()
    const [writer, reader] = [0, 1].map(() => createCloudflareKeyValueStore(kv, { now: () => clock.time }))
    await writer?.put('key', 'one', { ttlSeconds: 600 })
    for (let turn = 0; turn < 10; turn++) expect(await reader?.get('key')).toBe('one')
    expect(kv.asked).toHaveLength(1)
    await writer?.put('key', 'two', { ttlSeconds: 600 })
    expect(await writer?.get('key')).toBe('two')
    clock.time += 60_000
    expect(await reader?.get('key')).toBe('two')
    expect(kv.asked).toHaveLength(2)
  })

  it('sees a claim of another isolate a minute later', async () => {
    const clock = { time: 0 }
    const kv = namespace()
    const [one, other] = [0, 1].map(() => createCloudflareKeyValueStore(kv, { now: () => clock.time }))
    expect(await one?.claim('key', { ttlSeconds: 600 })).toBe(true)
    clock.time += 60_000
    expect(await other?.claim('key', { ttlSeconds: 600 })).toBe(false)
    expect(await one?.claim('key', { ttlSeconds: 600 })).toBe(false)
  })

  it('caches neither missing keys nor keys that this isolate deleted', async () => {
    const kv = namespace()
    const [one, other] = [0, 1].map(() => createCloudflareKeyValueStore(kv, { now: () => 0 }))
    expect(await one?.get('key')).toBeNull()
    await other?.put('key', 'value', { ttlSeconds: 600 })
    expect(await one?.get('key')).toBe('value')
    await one?.delete('key')
    expect(await one?.get('key')).toBeNull()
  })

  it('fails after half a second when KV hangs, and still serves values from the isolate', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const hanging = () => new Promise<never>(() => undefined)
    const store = createCloudflareKeyValueStore({ get: hanging, put: hanging, delete: hanging })
    const calls = {
      get: store.get('other'),
      put: store.put('key', 'value', { ttlSeconds: 60 }),
      claim: store.claim('claimed', { ttlSeconds: 60 }),
    }
    const ended = Promise.allSettled(Object.values(calls))
    await vi.advanceTimersByTimeAsync(500)
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await store.get('key')).toBe('value')
    const deleted = store.delete('key').catch((error: unknown) => String(error))
    await vi.advanceTimersByTimeAsync(500)
    expect(await deleted).toContain('does not answer')
    const gone = store.get('key').catch(() => 'asked again')
    await vi.advanceTimersByTimeAsync(500)
    expect(await gone).toBe('asked again')
  })
})
