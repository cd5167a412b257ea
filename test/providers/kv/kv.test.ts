import { Miniflare } from 'miniflare'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCloudflareKeyValueStore } from '../../../src/providers/kv/cloudflare.ts'
import { createMemoryKeyValueStore } from '../../../src/providers/kv/memory.ts'
import { describeKeyValueStore } from '../../support/contracts/key-value-store.ts'
import { inRedis, openRedis, prefix } from '../../support/fixtures/redis-client.ts'
import { startRedisServer } from '../../support/fixtures/redis-server.ts'

describeKeyValueStore('the memory store', async (now) => ({
  store: createMemoryKeyValueStore({ now }),
  close: async () => undefined,
}))

describeKeyValueStore('the Redis store', async () => {
  const server = await startRedisServer()
  const redis = openRedis(server)
  await redis.reached('up')
  return {
    store: redis.kv,
    age: (key, ms) =>
      inRedis(server, async (client) => {
        const left = await client.pTTL(prefix + key)
        await client.pExpire(prefix + key, left - ms)
      }),
    async close() {
      redis.close()
      await server[Symbol.asyncDispose]()
    },
  }
})

describeKeyValueStore('the Cloudflare store', async (now) => {
  const miniflare = new Miniflare({
    workers: [
      {
        config: {
          name: 'kv',
          compatibilityDate: '2026-11-01',
          manifest: {
            mainModule: 'worker.js',
            modules: {
              'worker.js': { type: 'esm', contents: 'export default { fetch: () => new Response() }' },
            },
          },
          env: { KV: { type: 'kv', id: 'kv' } },
        },
      },
    ],
  })
  const store = createCloudflareKeyValueStore(await miniflare.getKVNamespace('KV'), {
    now,
    // A busy machine is no KV that hangs.
    answerMs: 10_000,
  })
  return { store, close: () => miniflare.dispose() }
})

describe('the memory store', () => {
  it('drops the least recently used beyond its size', async () => {
    const store = createMemoryKeyValueStore({ maxCharacters: 1000 })
    for (let index = 0; index < 100; index++)
      await store.put(`key-${index}`, 'x'.repeat(36), { ttlSeconds: 60 })
    expect(await store.get('key-0')).toBeNull()
    expect(await store.get('key-99')).not.toBeNull()
  })
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

  it('is asked once a minute by an isolate for what does not change', async () => {
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

  it('knows a minute later what was claimed elsewhere', async () => {
    const clock = { time: 0 }
    const kv = namespace()
    const [one, other] = [0, 1].map(() => createCloudflareKeyValueStore(kv, { now: () => clock.time }))
    expect(await one?.claim('key', { ttlSeconds: 600 })).toBe(true)
    clock.time += 60_000
    expect(await other?.claim('key', { ttlSeconds: 600 })).toBe(false)
    expect(await one?.claim('key', { ttlSeconds: 600 })).toBe(false)
  })

  it('is asked again for what it did not have, and never gives back what this isolate deleted', async () => {
    const kv = namespace()
    const [one, other] = [0, 1].map(() => createCloudflareKeyValueStore(kv, { now: () => 0 }))
    expect(await one?.get('key')).toBeNull()
    await other?.put('key', 'value', { ttlSeconds: 600 })
    expect(await one?.get('key')).toBe('value')
    await one?.delete('key')
    expect(await one?.get('key')).toBeNull()
  })

  it('that never answers fails in half a second, and serves what this isolate has', async () => {
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
