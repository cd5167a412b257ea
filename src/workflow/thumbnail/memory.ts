/** Remembers finished thumbnails and those in progress, so that concurrent and repeated requests share the work. */
import { LRUCache } from 'lru-cache'
import { settlesWithin } from '../../base/time.ts'
import type { ThumbnailType } from '../../ports/images.ts'

export interface FinishedThumbnail {
  bytes: Uint8Array<ArrayBuffer>
  mediaType: ThumbnailType
}

/** Finished thumbnails of all tenants, one cache per process. */
export type ThumbnailCache = LRUCache<string, FinishedThumbnail>

/** View of one configuration of one tenant. */
export interface ThumbnailMemory {
  /**
   * Returns the thumbnail under this key: from memory, from a call that is making it now, or from `make`. Failures are not
   * remembered.
   */
  get(key: string, make: () => Promise<FinishedThumbnail>): Promise<FinishedThumbnail>
}

export interface ThumbnailMemoryOptions {
  /** Cache shared between tenants. The keys keep the tenants apart. */
  cache: ThumbnailCache
  /** Identity of this configuration, different from all others: the host and the `config_version`. */
  identity: string
  /**
   * Time to wait for another call's result before making the thumbnail here, in ms. A Worker's cancelled request silently drops
   * its work. Default: 25,000.
   */
  patienceMs?: number
}

/** Creates a cache bounded by its bytes. Default: 16 MB, some 300 thumbnails. */
export function createThumbnailCache(maxBytes = 16 * 2 ** 20): ThumbnailCache {
  return new LRUCache({
    maxSize: maxBytes,
    // Stops a large thumbnail from evicting all others.
    maxEntrySize: maxBytes / 8,
    sizeCalculation: ({ bytes }, key) => bytes.byteLength + 2 * key.length,
  })
}

export function createThumbnailMemory(options: ThumbnailMemoryOptions): ThumbnailMemory {
  const { cache, identity, patienceMs = 25_000 } = options
  const inFlight = new Map<string, Promise<FinishedThumbnail>>()

  async function start(key: string, make: () => Promise<FinishedThumbnail>): Promise<FinishedThumbnail> {
    const flight = make()
    inFlight.set(key, flight)
    try {
      return await flight
    } finally {
      // A caller that stopped waiting may have started its own.
      if (inFlight.get(key) === flight) inFlight.delete(key)
    }
  }

  return {
    async get(key, make) {
      const cacheKey = JSON.stringify([identity, key])
      for (;;) {
        const remembered = cache.get(cacheKey)
        if (remembered) return remembered
        const flight = inFlight.get(key)
        if (!flight) break
        if (await settlesWithin(flight, patienceMs)) return flight
        if (inFlight.get(key) === flight) inFlight.delete(key)
      }
      const made = await start(key, make)
      cache.set(cacheKey, made)
      return made
    },
  }
}
