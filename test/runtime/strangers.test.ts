import { describe, expect, it } from 'vitest'
import { isPublisherError, PublisherError } from '../../src/errors.ts'
import { createMemoryKeyValueStore } from '../../src/providers/kv/memory.ts'
import { clientOfPeer } from '../../src/runtime/client-address.ts'
import { createConfigCache, type LookupContext } from '../../src/runtime/config-cache.ts'
import { type ConfigLookup, toLookup } from '../../src/runtime/config-source.ts'
import { parseHost, type TenantHost } from '../../src/runtime/host.ts'
import { createLogger } from '../../src/runtime/log.ts'
import { createRequestLimits } from '../../src/runtime/request-limits.ts'
import { Secret } from '../../src/secret.ts'

const answer = {
  schema_version: 2,
  tenant: 'alice',
  app_type: 'publisher_v2',
  config_version: 'v1',
  ttl_seconds: 600,
  config: { storage: { provider: 'local', paths: { root: 'photos' } } },
}

const found = toLookup(answer)

function hostOf(label: string): TenantHost {
  const host = parseHost(`${label}.shibari.test`, 'shibari.test')
  if (!host) throw new TypeError('unreachable')
  return host
}

/** A process, and one client whose requests it answers. */
function processWith(lookup: (host: string) => Promise<ConfigLookup>) {
  const clock = { time: 0 }
  const now = () => clock.time
  const asked: string[] = []
  const limits = createRequestLimits({ now })
  const unused = () => Promise.reject(new Error('not used'))
  const cache = createConfigCache({
    source: {
      kind: 'orchestrator',
      lookup(host) {
        asked.push(host)
        return lookup(host)
      },
      resolveCredentials: unused,
      reportUsage: unused,
      check: unused,
      acceptsToken: () => false,
    },
    kv: createMemoryKeyValueStore({ now }),
    secrets: [new Secret('test-session-secret-of-32-characters')],
    derive: () => 'runtime',
    log: createLogger({ level: 'error', write: () => undefined }),
    now,
  })
  const context: LookupContext = {
    requestId: 'r',
    waitUntil: () => undefined,
    countStranger: () => limits.unknownHost(clientOfPeer(() => undefined, '192.0.2.1')),
  }
  /** What a request for this host comes to. */
  const request = (label: string): Promise<string> =>
    cache.load(hostOf(label), context).catch((error: unknown) => {
      if (!isPublisherError(error)) throw error
      return error.retryAfterMs === undefined ? error.code : `${error.code}, come back`
    })
  return { clock, asked, cache, request }
}

const away = () => Promise.reject(new PublisherError('config_unavailable', 'away', { retryAfterMs: 5000 }))

describe('hosts that strangers invent', () => {
  it('cost the orchestrator no more while it is down than while it is up', async () => {
    const { asked, request } = processWith(away)
    const codes = new Set<string>()
    for (let invented = 0; invented < 30_000; invented++) codes.add(await request(`invented-${invented}`))
    expect(asked).toHaveLength(12_000)
    expect(codes).toEqual(new Set(['config_unavailable, come back', 'rate_limited, come back']))
  })

  it('do not count where they turn out to be a tenant’s', async () => {
    const { asked, request } = processWith(async () => found)
    for (let tenant = 0; tenant < 13_000; tenant++) expect(await request(`tenant-${tenant}`)).toBe('runtime')
    expect(asked).toHaveLength(13_000)
  })

  it('are looked up five hundred at a time, and keep nobody else waiting', async () => {
    const held = Promise.withResolvers<void>()
    const known = new Set(['known.shibari.test', 'announced.shibari.test'])
    const { clock, asked, cache, request } = processWith(async (host) => {
      if (known.has(host)) return found
      await held.promise
      return { status: 'no_tenant' }
    })
    await request('known')
    clock.time += 601_000
    const answers: string[] = []
    const crowd = Array.from({ length: 600 }, (_, index) =>
      request(`invented-${index}`).then((code) => answers.push(code)),
    )
    expect(await request('known')).toBe('runtime')
    await cache.invalidate(hostOf('announced').host)
    expect(await request('announced')).toBe('runtime')
    const strangers = () => asked.filter((host) => !known.has(host))
    expect(strangers()).toHaveLength(500)
    // Whom there is no place for is told at once.
    expect(answers).toEqual(Array.from({ length: 100 }, () => 'config_unavailable, come back'))
    held.resolve()
    await Promise.all(crowd)
    expect(answers.filter((code) => code === 'tenant_not_found')).toHaveLength(500)
    expect(await request('invented-599')).toBe('tenant_not_found')
  })
})
