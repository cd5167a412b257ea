/** In-memory cache of pictures that analyses made for publishing. */
import { LRUCache } from 'lru-cache'
import type { ReducedImage } from '../../ports/images.ts'
import { boxKey, type ReadyPictures } from '../../workflow/ready-pictures.ts'
import type { TenantRuntime } from './tenant-runtime.ts'

/** Pictures of all tenants' photos, with separate keys per tenant. One per process. */
export type ReadyPictureCache = LRUCache<string, ReducedImage>

/** Time that a photographer takes from the analysis of a photo to its publication. */
const ttlMs = 10 * 60_000
/** Memory of an entry besides its bytes. */
const entryBytes = 500

/** Creates the cache. A new picture displaces the oldest. */
export function createReadyPictureCache(maxBytes: number, now: () => number): ReadyPictureCache {
  return new LRUCache({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }, key) => bytes.length + 2 * key.length + entryBytes,
    ttl: ttlMs,
    ttlResolution: 0,
    perf: { now },
  })
}

/** Creates one tenant's view of the cache. */
export function createReadyPictures(
  cache: ReadyPictureCache,
  { host, configVersion }: Pick<TenantRuntime, 'host' | 'configVersion'>,
): ReadyPictures {
  const keyOf = (sha256: string, size: string) => JSON.stringify([host, configVersion, sha256, size])
  return {
    get: (sha256, box) => cache.get(keyOf(sha256, boxKey(box))),
    put: (sha256, box, picture) => void cache.set(keyOf(sha256, boxKey(box)), picture),
  }
}
