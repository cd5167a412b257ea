/** Cost of a configuration cache hit, memory per tenant, and how both change as tenants grow. */

import { Secret } from '../src/base/secret.ts'
import { credentialsSchema } from '../src/contract/credentials.ts'
import { parseHost, type TenantHost } from '../src/contract/host.ts'
import { type ConfigSource, toLookup } from '../src/ports/config-source.ts'
import type { KeyValueStore } from '../src/ports/kv.ts'
import { noMetrics } from '../src/ports/metrics.ts'
import type { InstalledStorages } from '../src/ports/storage-driver.ts'
import { createUnavailableReducer } from '../src/providers/images/cloudflare.ts'
import { createMemoryKeyValueStore } from '../src/providers/kv/memory.ts'
import { installStorages } from '../src/providers/storages.ts'
import { createByteBudget } from '../src/runtime/limits/byte-budget.ts'
import { createOfferTokens } from '../src/runtime/sealing/offer-tokens.ts'
import { createSealedStore } from '../src/runtime/sealing/sealed-store.ts'
import { createLogger } from '../src/runtime/telemetry/log.ts'
import { sizeOf } from '../src/runtime/tenancy/config-cache/entries.ts'
import { sharedText } from '../src/runtime/tenancy/config-cache/shared-configurations.ts'
import { type ConfigCache, createConfigCache } from '../src/runtime/tenancy/config-cache.ts'
import { createPublicOrigins } from '../src/runtime/tenancy/public-origins.ts'
import { createIndexCache, createWordsCache } from '../src/runtime/tenancy/tenant-previews.ts'
import { type TenantRuntime, tenantRuntimeFactory } from '../src/runtime/tenancy/tenant-runtime.ts'
import { createWatermarkCache } from '../src/runtime/tenancy/tenant-watermark.ts'
import { createViewingMemory } from '../src/runtime/tenancy/viewing/viewing.ts'
import { createObserver } from '../src/runtime/vendor-calls/observe.ts'
import { createThumbnailCache } from '../src/workflow/thumbnail/memory.ts'
import { type Table, thousands } from './table.ts'

const secrets = [new Secret('a-secret-of-the-benchmark-32-chars')] as const
const sizes = [10, 100, 1000, 10_000]
const hitsMeasured = 2_000_000

/** Repeats of a sentence in the prompt that make a configuration of 3 kB and of 9 kB. */
const promptRepeats = { ordinary: 40, long: 230 }

/** Returns a configuration of realistic size, mostly prompts and a voice profile. */
export function runtimeAnswer(tenant: string, repeats = promptRepeats.ordinary): unknown {
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
        system_prompt: `You see the photos of ${tenant}. `.repeat(repeats),
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

/** Measures the memory of configurations of two lengths, unused and in use, beside what the cache counts. */
export async function measureConfigMemory(): Promise<Table> {
  const rows: string[][] = []
  // Keeps what a process loads only once out of the figures.
  await measureMemory(promptRepeats.ordinary, true)
  for (const repeats of Object.values(promptRepeats)) {
    for (const isUsed of [false, true]) rows.push(await measureMemory(repeats, isUsed))
  }
  return {
    title: 'Memory of a configuration',
    columns: ['configuration, bytes', 'storage', 'KB of heap per tenant', 'KB that the cache counts'],
    rows,
    note: `${thousands(tenantsOfMemory)} tenants. A storage in use is a Dropbox whose folder was listed; its credentials and token are in memory. CONFIG_CACHE_MB limits the sum that the cache counts.`,
  }
}

const tenantsOfMemory = 1000

async function measureMemory(repeats: number, isUsed: boolean): Promise<string[]> {
  const source = sourceOfTenants(repeats)
  const storages = installStorages(
    {
      now: Date.now,
      fetch,
      checkEndpoint: () => undefined,
      allowPrivateEndpoints: false,
      isDedicated: false,
    },
    { DROPBOX_APP_KEY: 'key', DROPBOX_APP_SECRET: 'secret' },
  )
  const before = memoryInUse()
  const cache = createCache(source, storages)
  const realFetch = globalThis.fetch
  globalThis.fetch = dropboxAnswers
  try {
    for (let index = 0; index < tenantsOfMemory; index++) {
      const runtime = await cache.load(hostOf(`tenant-${index}.shibari.photo`), context)
      if (isUsed) await runtime.storage().list('root')
    }
  } finally {
    globalThis.fetch = realFetch
  }
  const bytes = memoryInUse() - before
  return [
    thousands(JSON.stringify(runtimeAnswer('tenant-1', repeats)).length),
    isUsed ? 'in use' : 'unused',
    (bytes / tenantsOfMemory / 1024).toFixed(1),
    (countedBytes(repeats) / 1024).toFixed(1),
  ]
}

function countedBytes(repeats: number): number {
  const found = toLookup(runtimeAnswer('tenant-1', repeats))
  return found.status === 'found' ? sizeOf(sharedText(found.answer, Date.now())) : 0
}

/** Answers as Dropbox does for an account with an empty folder. */
const dropboxAnswers: typeof fetch = async (input) => {
  const url = input instanceof Request ? input.url : String(input)
  const body = url.includes('oauth2/token')
    ? { access_token: 'token'.repeat(30), token_type: 'bearer', expires_in: 14_400 }
    : {
        entries: [],
        cursor: 'cursor',
        has_more: false,
        root_info: { '.tag': 'user', root_namespace_id: '1', home_namespace_id: '1' },
      }
  return Response.json(body)
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

const context = {
  requestId: 'bench',
  waitUntil: () => undefined,
  countUnknownHost: () => () => undefined,
}

function createCache(source: ConfigSource, storages: InstalledStorages): ConfigCache<TenantRuntime> {
  return createConfigCache({
    source,
    kv: createMemoryKeyValueStore(),
    secrets,
    maxBytes: 2 ** 30,
    derive: tenantRuntimeFactory({
      pictures: createByteBudget({ total: 0, patienceMs: 0, busy: '' }),
      source,
      storages,
      publishers: {},
      offers: {
        tokens: createOfferTokens(secrets, Date.now),
        origins: createPublicOrigins({ forceHttps: true, port: 0 }),
        now: Date.now,
      },
      model: null,
      settings: { adminEmails: [] },
      observe: createObserver(noMetrics),
      log: createLogger({ level: 'error', write: console.error }),
      thumbnails: createThumbnailCache(),
      images: createUnavailableReducer(),
      watermarks: createWatermarkCache(),
      indexes: createIndexCache(),
      words: createWordsCache(),
      viewing: createViewingMemory(),
      now: Date.now,
    }),
    log: createLogger({ level: 'error', write: console.error }),
    now: Date.now,
  })
}

async function measure(size: number): Promise<string[]> {
  const before = memoryInUse()
  const cache = createCache(sourceOfTenants(), {})
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

function sourceOfTenants(repeats?: number): ConfigSource {
  const never = () => Promise.reject(new Error('not used'))
  return {
    kind: 'orchestrator',
    // Copies through JSON, as over HTTP, so that no two tenants share a string.
    lookup: async (host) =>
      toLookup(JSON.parse(JSON.stringify(runtimeAnswer(host.split('.')[0] ?? '', repeats)))),
    resolveCredentials: async (tenant) =>
      credentialsSchema.parse({ provider: 'dropbox', version: '1', refresh_token: `${tenant} `.repeat(8) }),
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
