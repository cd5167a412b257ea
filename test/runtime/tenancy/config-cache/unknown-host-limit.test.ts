import { describe, expect, it } from 'vitest'
import { isPublisherError, PublisherError } from '../../../../src/base/errors.ts'
import { Secret } from '../../../../src/base/secret.ts'
import { parseHost, type TenantHost } from '../../../../src/contract/host.ts'
import { type ConfigLookup, toLookup } from '../../../../src/ports/config-source.ts'
import { createMemoryKeyValueStore } from '../../../../src/providers/kv/memory.ts'
import { clientOfPeer } from '../../../../src/runtime/limits/client-address.ts'
import { createRequestLimits } from '../../../../src/runtime/limits/request-limits.ts'
import { createLogger } from '../../../../src/runtime/telemetry/log.ts'
import { createConfigCache, type LookupContext } from '../../../../src/runtime/tenancy/config-cache.ts'

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

/** Creates a process and its clients. */
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
  const contextOf = (address: string): LookupContext => {
    const client = clientOfPeer(() => undefined, address)
    return {
      requestId: 'r',
      waitUntil: () => undefined,
      countUnknownHost: () => limits.unknownHost(client),
      admitUnknownHost: () => limits.allUnknownHosts(client),
    }
  }
  /** Returns the outcome of a client's request for this host. */
  const request = (label: string, address = '192.0.2.1'): Promise<string> =>
    cache.load(hostOf(label), contextOf(address)).catch((error: unknown) => {
      if (!isPublisherError(error)) throw error
      return error.retryAfterMs === undefined ? error.code : `${error.code}, come back`
    })
  return { clock, asked, cache, request }
}

const away = () => Promise.reject(new PublisherError('config_unavailable', 'away', { retryAfterMs: 5000 }))

describe('lookups of unknown hosts', () => {
  it('limits a client’s lookups of invented hosts while the orchestrator is down', async () => {
    const { asked, request } = processWith(away)
    const codes = new Set<string>()
    for (let invented = 0; invented < 30_000; invented++) codes.add(await request(`invented-${invented}`))
    expect(asked).toHaveLength(1500)
    expect(codes).toEqual(new Set(['config_unavailable, come back', 'rate_limited, come back']))
  })

  it('does not count lookups of hosts that belong to tenants', async () => {
    const { asked, request } = processWith(async () => found)
    for (let tenant = 0; tenant < 13_000; tenant++) expect(await request(`tenant-${tenant}`)).toBe('runtime')
    expect(asked).toHaveLength(13_000)
  })

  it('runs at most 500 lookups of unknown hosts at once and delays no known host', async () => {
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
      request(`invented-${index}`, `192.0.2.${index % 100}`).then((code) => answers.push(code)),
    )
    expect(await request('known')).toBe('runtime')
    await cache.invalidate(hostOf('announced').host)
    expect(await request('announced')).toBe('runtime')
    const unknownAsked = () => asked.filter((host) => !known.has(host))
    expect(unknownAsked()).toHaveLength(500)
    // Requests without a slot fail at once.
    expect(answers).toEqual(Array.from({ length: 100 }, () => 'config_unavailable, come back'))
    held.resolve()
    await Promise.all(crowd)
    expect(answers.filter((code) => code === 'tenant_not_found')).toHaveLength(500)
    expect(await request('invented-599')).toBe('tenant_not_found')
  })

  it('limits lookups of invented hosts from many clients to 3,000 in a minute', async () => {
    const { clock, asked, request } = processWith(async () => ({ status: 'no_tenant' }))
    const codes = new Map<string, number>()
    for (let invented = 0; invented < 12_000; invented++) {
      const code = await request(`invented-${invented}`, `198.51.${invented % 200}.1`)
      codes.set(code, (codes.get(code) ?? 0) + 1)
      clock.time += 5
    }
    // The first burst, plus the refill of a minute.
    expect(asked.length).toBeLessThanOrEqual(6000)
    expect([...codes.keys()].sort()).toEqual(['config_unavailable, come back', 'tenant_not_found'])
  })

  it('serves tenants that are known, were known or were announced during a flood of invented hosts', async () => {
    const tenants = new Set(['known.shibari.test', 'announced.shibari.test'])
    const { clock, cache, request } = processWith(async (host) =>
      tenants.has(host) ? found : { status: 'no_tenant' },
    )
    await request('known')
    await cache.invalidate(hostOf('announced').host)
    for (let invented = 0; invented < 5000; invented++) {
      await request(`invented-${invented}`, `198.51.${invented % 200}.1`)
    }
    const flooder = '198.51.1.1'
    expect(await request('one-more', flooder)).toBe('config_unavailable, come back')
    expect(await request('invented-1', flooder)).toBe('tenant_not_found')
    expect(await request('known', flooder)).toBe('runtime')
    expect(await request('announced', flooder)).toBe('runtime')
    // The invalidation removes the entry, as an eviction would.
    await cache.invalidate(hostOf('known').host)
    expect(await request('known', flooder)).toBe('runtime')
    clock.time += 601_000
    expect(await request('known', flooder)).toBe('runtime')
  })

  it('serves a tenant that no process knows yet during a flood of invented hosts', async () => {
    const { request } = processWith(async (host) =>
      host === 'cold.shibari.test' ? found : { status: 'no_tenant' },
    )
    for (let invented = 0; invented < 5000; invented++) {
      await request(`invented-${invented}`, `198.51.${invented % 10}.1`)
    }
    expect(await request('one-more', '198.51.1.1')).toBe('config_unavailable, come back')
    expect(await request('cold', '192.0.2.9')).toBe('runtime')
  })
})
