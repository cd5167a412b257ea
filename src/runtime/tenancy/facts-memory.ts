/** In-memory cache of photo facts. */
import { LRUCache } from 'lru-cache'
import type { FactsMemory, PhotoFacts } from '../../workflow/picture-facts.ts'
import type { TenantRuntime } from './tenant-runtime.ts'

/** Facts of all tenants' photos, with separate keys per tenant. One per process. */
export type FactsCache = LRUCache<string, { facts: PhotoFacts | null }>

/** Upper bound on remembered photos (about 500 bytes each). */
const maxPhotos = 5000

export function createFactsCache(): FactsCache {
  return new LRUCache({ max: maxPhotos })
}

/** Creates one tenant's view of the cache. */
export function createFactsMemory(
  cache: FactsCache,
  { host, config }: Pick<TenantRuntime, 'host' | 'config'>,
): FactsMemory {
  const { provider, paths } = config.storage
  const keyOf = (name: string, contentHash: string) =>
    JSON.stringify([host, provider, paths.root, name, contentHash])
  return {
    get: ({ name, contentHash }) => cache.get(keyOf(name, contentHash))?.facts,
    put: ({ name, contentHash }, facts) => void cache.set(keyOf(name, contentHash), { facts }),
  }
}
