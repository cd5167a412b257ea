/** Short-lived cache of photo names, so that a click on "next" does not list thousands of photos again. */
import { LRUCache } from 'lru-cache'
import type { PhotoName } from '../../ports/photo.ts'

interface Listing {
  names: readonly PhotoName[]
  listedAt: number
}

/** Listings of all tenants. One per process. */
export type ListingCache = LRUCache<string, Listing>

export interface RecentNamesOptions {
  /** Shared by all tenants. Each tenant has its own keys. */
  cache: ListingCache
  /** Cache key: unique per host and `config_version`. */
  identity: string
  list(): Promise<readonly PhotoName[]>
  now: () => number
}

export interface RecentNames {
  /** Returns the names, at most 10 s old. `fresh` skips the cache. */
  (options?: { fresh?: boolean }): Promise<readonly PhotoName[]>
  /** Discards the names after a change of the root folder. The next caller gets a listing that began later. */
  forget(): void
}

const recentMs = 10_000
/** Overhead of a string and its slot in the array. */
const bytesPerName = 48

/** Creates the cache. The default of 8 MB holds about 100,000 names. */
export function createListingCache(maxBytes = 8 * 2 ** 20): ListingCache {
  return new LRUCache({
    maxSize: maxBytes,
    // The cap lets even the longest listing fit, so the most recently used listing always stays.
    sizeCalculation: ({ names }, key) => Math.min(maxBytes, sizeOf(names) + 2 * key.length),
  })
}

function sizeOf(names: readonly PhotoName[]): number {
  return names.reduce((bytes, name) => bytes + 2 * name.length + bytesPerName, 0)
}

/** Creates one tenant's view. Concurrent callers share one listing. A failed listing is not cached. */
export function createRecentNames({ cache, identity, list, now }: RecentNamesOptions): RecentNames {
  let flight: Promise<readonly PhotoName[]> | undefined
  let changes = 0

  const isRecent = ({ listedAt }: Listing) => now() - listedAt < recentMs

  async function listAnew(): Promise<readonly PhotoName[]> {
    const listedAt = now()
    const before = changes
    const names = await list()
    for (const key of cache.rkeys()) {
      const listing = cache.peek(key)
      if (listing && isRecent(listing)) break
      cache.delete(key)
    }
    if (before === changes) cache.set(identity, { names, listedAt })
    return names
  }

  async function namesOf({ fresh = false } = {}): Promise<readonly PhotoName[]> {
    const known = cache.get(identity)
    if (!fresh && known && isRecent(known)) return known.names
    if (flight) return flight
    const mine = listAnew().finally(() => {
      if (flight === mine) flight = undefined
    })
    flight = mine
    return mine
  }

  return Object.assign(namesOf, {
    forget() {
      changes++
      flight = undefined
      cache.delete(identity)
    },
  })
}
