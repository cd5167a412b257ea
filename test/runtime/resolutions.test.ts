import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/errors.ts'
import { createMemoryKeyValueStore } from '../../src/providers/kv/memory.ts'
import { createConfigCache, type LookupContext } from '../../src/runtime/config-cache.ts'
import { type ConfigSource, toLookup } from '../../src/runtime/config-source.ts'
import { parseHost } from '../../src/runtime/host.ts'
import { createLogger } from '../../src/runtime/log.ts'

const answer = {
  schema_version: 2,
  tenant: 'alice',
  app_type: 'publisher_v2',
  config_version: 'v1',
  ttl_seconds: 600,
  config: { storage: { provider: 'local', paths: { root: 'photos' } } },
}

/** Processes that share a store and a clock; `lookup` is the orchestrator of all of them. */
function fleet(lookup: ConfigSource['lookup'] = async () => toLookup(answer)) {
  let time = 0
  const now = () => time
  /** Of several processes. */
  const kv = { ...createMemoryKeyValueStore({ now }), isOwn: false }
  const unused = () => Promise.reject(new Error('not used'))
  const host = parseHost('alice.shibari.test', 'shibari.test')
  if (!host) throw new TypeError('unreachable')
  const background: Promise<unknown>[] = []
  const context: LookupContext = {
    requestId: 'r',
    waitUntil: (work) => background.push(work),
    countStranger: () => () => undefined,
  }
  return {
    pass(seconds: number) {
      time += seconds * 1000
    },
    process() {
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
        derive: () => 'runtime',
        log: createLogger({ level: 'error', write: () => undefined }),
        now,
        onResolved: (resolution) => seen.push(resolution),
      })
      return {
        seen,
        cache,
        /** What a request does. */
        async request() {
          const found = cache.peek(host, context) ?? (await cache.load(host, context).catch(() => undefined))
          await Promise.allSettled(background)
          return found
        },
      }
    },
  }
}

describe('where a configuration came from', () => {
  it('is told once per request: the orchestrator, memory, memory with a check behind it', async () => {
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

  it('is the shared store where another process has asked already', async () => {
    const { process } = fleet()
    await process().request()
    const second = process()
    await second.request()
    await second.request()
    expect(second.seen).toEqual(['kv', 'hit'])
  })

  it('is the orchestrator for everybody who waits for the same answer', async () => {
    const { process } = fleet()
    const { request, seen } = process()
    await Promise.all([request(), request(), request()])
    expect(seen).toEqual(['miss', 'miss', 'miss'])
  })

  it('is nowhere for a host that is nobody’s, asked for once', async () => {
    const { process, pass } = fleet(async () => ({ status: 'no_tenant' }))
    const { request, seen, cache } = process()
    await request()
    await request()
    expect(cache.sizes).toEqual({ configurations: 0, unknownHosts: 1 })
    pass(31)
    await request()
    expect(seen).toEqual(['miss', 'negative', 'miss'])
  })

  it('is told as a failure where it cannot be had', async () => {
    const { process } = fleet(() => Promise.reject(new PublisherError('config_unavailable', 'away')))
    const { request, seen } = process()
    expect(await request()).toBeUndefined()
    expect(seen).toEqual(['failed'])
  })
})
