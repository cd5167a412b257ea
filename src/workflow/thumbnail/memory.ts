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
   * remembered. The signal of `make` fires when no client waits any more.
   */
  get(
    key: string,
    make: (left: AbortSignal) => Promise<FinishedThumbnail>,
    wish?: ThumbnailWish,
  ): Promise<FinishedThumbnail>
  /** Checks if {@link get} would answer from memory, or from a call that is making the thumbnail now. */
  has(key: string): boolean
  /** Remembers a thumbnail that was made along with another. */
  put(key: string, thumbnail: FinishedThumbnail): void
}

export interface ThumbnailWish {
  /** Returns a signal that fires when the client disconnects. Called only for work. Default: the client waits. */
  clientSignal?: (() => AbortSignal) | undefined
  /** True when no client waits. A client that comes does not wait behind such work while that work waits itself. */
  isAhead?: boolean
}

interface Flight {
  result: Promise<FinishedThumbnail>
  isAhead: boolean
  /** Clients that wait for the result. */
  waiting: number
  queue: AbortController
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
  const inFlight = new Map<string, Flight>()
  const cacheKeyOf = (key: string) => JSON.stringify([identity, key])

  function forget(key: string, flight: Flight): void {
    // A caller that stopped waiting may have started its own.
    if (inFlight.get(key) === flight) inFlight.delete(key)
  }

  function start(
    key: string,
    make: (left: AbortSignal) => Promise<FinishedThumbnail>,
    isAhead: boolean,
  ): Flight {
    const queue = new AbortController()
    const work = async () => {
      try {
        const made = await make(queue.signal)
        cache.set(cacheKeyOf(key), made)
        return made
      } finally {
        forget(key, flight)
      }
    }
    const flight: Flight = { result: Promise.resolve().then(work), isAhead, waiting: 0, queue }
    inFlight.set(key, flight)
    return flight
  }

  /** Counts a client until it disconnects. Work without a client leaves the queue, and later clients start anew. */
  function attend(key: string, flight: Flight, signal: AbortSignal | undefined): void {
    flight.waiting++
    const leave = () => {
      if (--flight.waiting > 0) return
      forget(key, flight)
      flight.queue.abort()
    }
    if (signal?.aborted) leave()
    signal?.addEventListener('abort', leave, { once: true })
    const done = () => signal?.removeEventListener('abort', leave)
    flight.result.then(done, done)
  }

  return {
    async get(key, make, { clientSignal, isAhead = false } = {}) {
      for (;;) {
        const remembered = cache.get(cacheKeyOf(key))
        if (remembered) return remembered
        const flight = inFlight.get(key)
        if (!flight) break
        const isOvertaking = flight.isAhead && !isAhead
        // Work that waits gives way and fails. Work that runs goes on, and its result is used.
        if (isOvertaking) flight.queue.abort()
        else if (!isAhead) attend(key, flight, clientSignal?.())
        if (await settlesWithin(flight.result, patienceMs)) {
          if (!isOvertaking) return flight.result
          const overtaken = await flight.result.catch(() => null)
          if (overtaken) return overtaken
        }
        forget(key, flight)
      }
      const flight = start(key, make, isAhead)
      if (!isAhead) attend(key, flight, clientSignal?.())
      return flight.result
    },
    has: (key) => cache.has(cacheKeyOf(key)) || inFlight.has(key),
    put: (key, thumbnail) => void cache.set(cacheKeyOf(key), thumbnail),
  }
}
