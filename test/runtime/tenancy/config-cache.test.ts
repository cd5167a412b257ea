import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import { Secret } from '../../../src/base/secret.ts'
import { parseHost } from '../../../src/contract/host.ts'
import { type ConfigSource, toLookup } from '../../../src/ports/config-source.ts'
import type { KeyValueStore } from '../../../src/ports/kv.ts'
import { createCloudflareKeyValueStore } from '../../../src/providers/kv/cloudflare.ts'
import { createMemoryKeyValueStore } from '../../../src/providers/kv/memory.ts'
import { createSealedStore } from '../../../src/runtime/sealing/sealed-store.ts'
import { createLogger } from '../../../src/runtime/telemetry/log.ts'
import { createConfigCache, type LookupContext } from '../../../src/runtime/tenancy/config-cache.ts'

const answer = {
  schema_version: 2,
  tenant: 'alice',
  app_type: 'publisher_v2',
  config_version: 'v1',
  ttl_seconds: 600,
  config: { storage: { provider: 'local', paths: { root: 'photos' } } },
}

const host = parseHost('alice.shibari.test', 'shibari.test') ?? fail()

const context: LookupContext = {
  requestId: 'r',
  waitUntil: () => undefined,
  countUnknownHost: () => () => undefined,
}

function fail(): never {
  throw new TypeError('unreachable')
}

/** Creates processes that share a store and a clock. `lookup` stands for their orchestrator. */
function fleet(lookup: ConfigSource['lookup'] = async () => toLookup(answer), given?: KeyValueStore) {
  let time = 0
  const now = () => time
  /** Store that several processes share. */
  const kv: KeyValueStore = given ?? { ...createMemoryKeyValueStore({ now }), isOwn: false }
  const unused = () => Promise.reject(new Error('not used'))
  const background: Promise<unknown>[] = []
  const context: LookupContext = {
    requestId: 'r',
    waitUntil: (work) => background.push(work),
    countUnknownHost: () => () => undefined,
  }
  return {
    kv,
    pass(seconds: number) {
      time += seconds * 1000
    },
    /** Adds a process, whose clock may be ahead of the others. */
    process({ aheadMs = 0 } = {}) {
      const seen: string[] = []
      const cache = createConfigCache({
        source: {
          kind: 'orchestrator',
          lookup,
          resolveCredentials: unused,
          reportUsage: unused,
          check: unused,
          acceptsToken: () => false,
        },
        kv,
        secrets: [new Secret('test-session-secret-of-32-characters')],
        derive: () => 'runtime',
        log: createLogger({ level: 'error', write: () => undefined }),
        now: () => now() + aheadMs,
        onResolved: (resolution) => seen.push(resolution),
      })
      return {
        seen,
        cache,
        /** Loads the configuration as a request does. */
        async request() {
          const found = cache.peek(host, context) ?? (await cache.load(host, context).catch(() => undefined))
          await Promise.allSettled(background)
          return found
        },
      }
    },
  }
}

describe('the configuration cache', () => {
  it('reports the origin of the configuration once per request', async () => {
    const { process, pass } = fleet()
    const { request, seen, cache } = process()
    await request()
    await request()
    pass(61)
    await request()
    await request()
    pass(601)
    await request()
    expect(seen).toEqual(['miss', 'hit', 'stale', 'hit', 'miss'])
    expect(cache.sizes).toEqual({ configurations: 1, unknownHosts: 0 })
  })

  it('uses the shared store when another process has already asked', async () => {
    const { process } = fleet()
    await process().request()
    const second = process()
    await second.request()
    await second.request()
    expect(second.seen).toEqual(['kv', 'hit'])
  })

  it('refuses a shared configuration when the clock of the process that shared it is a minute ahead', async () => {
    let isAway = false
    const { process, pass } = fleet(async () => {
      if (isAway) throw new PublisherError('config_unavailable', 'The orchestrator is away.')
      return toLookup({ ...answer, ttl_seconds: 5 })
    })
    await process({ aheadMs: 60_000 }).request()
    isAway = true
    const second = process()
    pass(4)
    await second.request()
    pass(4)
    expect(await second.request()).toBeUndefined()
  })

  it('adopts a shared configuration when the clocks differ by less than a second', async () => {
    const { process } = fleet()
    await process({ aheadMs: 900 }).request()
    const second = process()
    await second.request()
    expect(second.seen).toEqual(['kv'])
  })

  it('keeps a configuration in the shared store while the orchestrator answers "unchanged" for hours', async () => {
    const { process, pass } = fleet(async (_host, known) =>
      known === 'v1' ? { status: 'unchanged' } : toLookup(answer),
    )
    const first = process()
    for (let minute = 0; minute < 120; minute++) {
      await first.request()
      pass(60)
      if (minute % 10 === 5) {
        const second = process()
        await second.request()
        expect(second.seen).toEqual(['kv'])
      }
    }
    expect(first.seen.filter((source) => source === 'stale').length).toBeGreaterThan(100)
  })

  it('shares a configuration again after the shared store was emptied', async () => {
    const { process, kv } = fleet(async (_host, known) =>
      known === 'v1' ? { status: 'unchanged' } : toLookup(answer),
    )
    const first = process()
    await first.request()
    await kv.delete('config:alice.shibari.test')
    first.cache.markAllSuspect()
    await first.request()
    const second = process()
    await second.request()
    expect(second.seen).toEqual(['kv'])
  })

  it('shares only the used fields of an answer, and only sealed', async () => {
    const { process, kv } = fleet(async () =>
      toLookup({
        ...answer,
        internal_note: 'canary',
        config: { ...answer.config, ai: { api_key: 'canary', credentials_ref: 'ai' }, bot_token: 'canary' },
      }),
    )
    await process().request()
    expect(await kv.get('config:alice.shibari.test')).not.toContain('credentials_ref')
    const sealed = createSealedStore({
      kv,
      secrets: [new Secret('test-session-secret-of-32-characters')],
      purpose: 'configuration',
      maxLength: 100_000,
      now: () => 0,
    })
    const shared = await sealed.get('alice.shibari.test', 'config:alice.shibari.test')
    expect(shared).toContain('"credentials_ref":"ai"')
    expect(shared).not.toContain('canary')
  })

  it('does not wait for the write to the shared store', async () => {
    // Fake timers keep every timeout from firing.
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { process, kv } = fleet()
    kv.put = () => new Promise(() => undefined)
    expect(await process().cache.load(host, context)).toBe('runtime')
  })

  it('reports a miss to all requests that share one lookup', async () => {
    const { process } = fleet()
    const { request, seen } = process()
    await Promise.all([request(), request(), request()])
    expect(seen).toEqual(['miss', 'miss', 'miss'])
  })

  it('remembers an unknown host for half a minute', async () => {
    const { process, pass } = fleet(async () => ({ status: 'no_tenant' }))
    const { request, seen, cache } = process()
    await request()
    await request()
    expect(cache.sizes).toEqual({ configurations: 0, unknownHosts: 1 })
    pass(31)
    await request()
    expect(seen).toEqual(['miss', 'negative', 'miss'])
  })

  it('reports a failure when the source is unavailable', async () => {
    const { process } = fleet(() => Promise.reject(new PublisherError('config_unavailable', 'away')))
    const { request, seen } = process()
    expect(await request()).toBeUndefined()
    expect(seen).toEqual(['failed'])
  })

  it('asks the orchestrator when Cloudflare KV never answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const hanging = () => new Promise<never>(() => undefined)
    const kv = createCloudflareKeyValueStore({ get: hanging, put: hanging, delete: hanging })
    const first = fleet(undefined, kv).process()
    const found = first.cache.load(host, context)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await found).toBe('runtime')
    const forgotten = first.cache.invalidate(host.host)
    await vi.advanceTimersByTimeAsync(1000)
    await forgotten
  })
})
