/** Remembers finished thumbnails, and those being made, so that no thumbnail is made twice without need. */
import { LRUCache } from 'lru-cache'
import { settlesWithin } from '../../base/time.ts'
import type { ThumbnailType } from '../../ports/images.ts'

export interface FinishedThumbnail {
  bytes: Uint8Array<ArrayBuffer>
  mediaType: ThumbnailType
}

/** Finished thumbnails of all tenants. Made once per process. */
export type ThumbnailCache = LRUCache<string, FinishedThumbnail>

/** One tenant's view: it belongs to one configuration of one tenant and goes with it. */
export interface ThumbnailMemory {
  /**
   * The thumbnail under this key: remembered, or from a call that is making it right now, or from `make`. A failure is
   * not remembered.
   */
  get(key: string, make: () => Promise<FinishedThumbnail>): Promise<FinishedThumbnail>
}

export interface ThumbnailMemoryOptions {
  /** Shared between tenants; the keys keep them apart. */
  cache: ThumbnailCache
  /** What no other tenant, and no other configuration of this one, has: the host and the `config_version`. */
  identity: string
  /**
   * How long to wait for another call's result before making one's own, in ms. A Worker's request that is cancelled
   * takes its work with it and never says so. Default: 25,000.
   */
  patienceMs?: number
}

/** A cache bounded by the bytes it holds. Default: 16 MB, some 300 thumbnails. */
export function createThumbnailCache(maxBytes = 16 * 2 ** 20): ThumbnailCache {
  return new LRUCache({
    maxSize: maxBytes,
    // A large one must not drive out all others.
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
      // Somebody who lost patience may have started another one.
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
