/** Cost of a configuration cache hit, memory per tenant, and how both change as tenants grow. */
import { Secret } from '../src/base/secret.ts'
import { parseHost, type TenantHost } from '../src/contract/host.ts'
import { type ConfigSource, toLookup } from '../src/ports/config-source.ts'
import type { KeyValueStore } from '../src/ports/kv.ts'
import { noMetrics } from '../src/ports/metrics.ts'
import { createMemoryKeyValueStore } from '../src/providers/kv/memory.ts'
import { createByteBudget } from '../src/runtime/limits/byte-budget.ts'
import { createSealedStore } from '../src/runtime/sealing/sealed-store.ts'
import { createLogger } from '../src/runtime/telemetry/log.ts'
import { createConfigCache } from '../src/runtime/tenancy/config-cache.ts'
import { tenantRuntimeFactory } from '../src/runtime/tenancy/tenant-runtime.ts'
import { createViewingMemory } from '../src/runtime/tenancy/viewing/viewing.ts'
import { createObserver } from '../src/runtime/vendor-calls/observe.ts'
import { createThumbnailCache } from '../src/workflow/thumbnail/memory.ts'
import { type Table, thousands } from './table.ts'

const secrets = [new Secret('a-secret-of-the-benchmark-32-chars')] as const
const sizes = [10, 100, 1000, 10_000]
const hitsMeasured = 2_000_000

/** Returns a configuration of realistic size, mostly prompts and a voice profile. */
export function runtimeAnswer(tenant: string): unknown {
  return {
    schema_version: 2,
    tenant,
    app_type: 'publisher_v2',
    config_version: `version-of-${tenant}`,
    ttl_seconds: 3600,
    config: {
      features: { publish_enabled: true, analyze_caption_enabled: true },
      storage: {
        provider: 'dropbox',
        credentials_ref: `storage-of-${tenant}`,
        paths: { root: `/Photos/${tenant}` },
      },
      publishers: [
        {
          id: 't',
          type: 'telegram',
          credentials_ref: `bot-of-${tenant}`,
          config: { channel_id: `@${tenant}` },
        },
      ],
      ai: {
        credentials_ref: `ai-of-${tenant}`,
        system_prompt: `You see the photos of ${tenant}. `.repeat(40),
      },
      content: {
        voice_profile: Array.from({ length: 10 }, (_, index) =>
          `${tenant} writes example ${index}. `.repeat(4),
        ),
      },
      auth: { allowed_emails: [`${tenant}@example.org`] },
    },
  }
}

export async function measureConfigCache(): Promise<Table> {
  const rows: string[][] = []
  for (const size of sizes) rows.push(await measure(size))
  return {
    title: 'The configuration cache',
    columns: ['tenants', 'hit, ns', 'KB per tenant', 'MB in total'],
    rows,
    note: `${await measureSealing()} A hit resolves the raw host to the tenant's runtime. ${thousands(hitsMeasured)} hits in random order; memory is measured before any tenant's storage is used. A configuration is ${thousands(JSON.stringify(runtimeAnswer('tenant-1')).length)} bytes of JSON.`,
  }
}

const sealedMeasured = 5000

/**
 * Measures sealing and opening a configuration in the shared store. The cost arises once per process and TTL,
 * not per request.
 */
async function measureSealing(): Promise<string> {
  const kv: KeyValueStore = { ...createMemoryKeyValueStore(), isOwn: false }
  const text = JSON.stringify(runtimeAnswer('tenant-1'))
  const store = createSealedStore({
    kv,
    secrets,
    purpose: 'configuration',
    maxLength: 500_000,
    now: Date.now,
  })
  const work = [
    () => store.put('tenant-1.shibari.photo', 'config', text, { ttlSeconds: 3600 }),
    () => store.get('tenant-1.shibari.photo', 'config'),
  ]
  const costs: string[] = []
  for (const run of work) {
    for (let index = 0; index < 500; index++) await run()
    const start = performance.now()
    for (let index = 0; index < sealedMeasured; index++) await run()
    costs.push((((performance.now() - start) * 1000) / sealedMeasured).toFixed(0))
  }
  const length = (await kv.get('config'))?.length ?? 0
  return `Sealing a configuration for the shared store takes ${costs[0]} µs, opening it ${costs[1]} µs; sealed, it has ${thousands(length)} characters.`
}

async function measure(size: number): Promise<string[]> {
  const source = sourceOfTenants()
  const before = memoryInUse()
  const cache = createConfigCache({
    source,
    kv: createMemoryKeyValueStore(),
    secrets,
    maxBytes: 2 ** 30,
    derive: tenantRuntimeFactory({
      pictures: createByteBudget({ total: 0, patienceMs: 0, busy: '' }),
      source,
      storages: {},
      publishers: {},
      model: null,
      settings: { adminEmails: [] },
      observe: createObserver(noMetrics),
      log: createLogger({ level: 'error', write: console.error }),
      thumbnails: createThumbnailCache(),
      viewing: createViewingMemory(),
      now: Date.now,
    }),
    log: createLogger({ level: 'error', write: console.error }),
    now: Date.now,
  })
  const context = {
    requestId: 'bench',
    waitUntil: () => undefined,
    countUnknownHost: () => () => undefined,
  }
  const names = Array.from({ length: size }, (_, index) => `tenant-${index}.shibari.photo`)
  for (const name of names) await cache.load(hostOf(name), context)
  const bytes = memoryInUse() - before

  const order = Uint32Array.from({ length: 100_003 }, () => Math.floor(Math.random() * size))
  const hit = (index: number) => {
    const host = hostOf(names[order[index % order.length] ?? 0] ?? '')
    if (cache.peek(host, context) === undefined) throw new Error('The lookup missed the cache.')
  }
  for (let index = 0; index < 200_000; index++) hit(index)
  const start = performance.now()
  for (let index = 0; index < hitsMeasured; index++) hit(index)
  const nanoseconds = ((performance.now() - start) * 1e6) / hitsMeasured
  return [
    thousands(size),
    nanoseconds.toFixed(0),
    (bytes / size / 1024).toFixed(1),
    (bytes / 1024 / 1024).toFixed(1),
  ]
}

function hostOf(name: string): TenantHost {
  const host = parseHost(name, 'shibari.photo')
  if (!host) throw new Error(`${name} is not a valid host.`)
  return host
}

function sourceOfTenants(): ConfigSource {
  const never = () => Promise.reject(new Error('not used'))
  return {
    kind: 'orchestrator',
    // Copies through JSON, as over HTTP, so that no two tenants share a string.
    lookup: async (host) => toLookup(JSON.parse(JSON.stringify(runtimeAnswer(host.split('.')[0] ?? '')))),
    resolveCredentials: never,
    reportUsage: never,
    check: never,
    acceptsToken: () => false,
  }
}

function memoryInUse(): number {
  if (!globalThis.gc) throw new Error('Run with --expose-gc, as `npm run bench` does.')
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
