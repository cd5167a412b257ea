/** The names of photos that were listed a moment ago: a click on "next" should not list thousands of photos again. */
import { LRUCache } from 'lru-cache'
import type { PhotoName } from '../../ports/photo.ts'

interface Listing {
  names: readonly PhotoName[]
  listedAt: number
}

/** Listings of all tenants. Made once per process. */
export type ListingCache = LRUCache<string, Listing>

export interface RecentNamesOptions {
  /** Shared between tenants; the keys keep them apart. */
  cache: ListingCache
  /** What no other tenant, and no other configuration of this one, has: the host and the `config_version`. */
  identity: string
  list(): Promise<readonly PhotoName[]>
  now: () => number
}

export interface RecentNames {
  /** Gives the names, at most 10 s old unless `fresh` ones are asked for. */
  (options?: { fresh?: boolean }): Promise<readonly PhotoName[]>
  /** The root was changed by this process: the next caller gets a listing that began after this. */
  forget(): void
}

const recentMs = 10_000
/** What a string and its place in the list take beside its characters. */
const bytesPerName = 48

/** Bounded by what the names take. Default: 8 MB, some 100,000 names. */
export function createListingCache(maxBytes = 8 * 2 ** 20): ListingCache {
  return new LRUCache({
    maxSize: maxBytes,
    // However long a listing is, the one that is used most recently is kept.
    sizeCalculation: ({ names }, key) => Math.min(maxBytes, sizeOf(names) + 2 * key.length),
  })
}

function sizeOf(names: readonly PhotoName[]): number {
  return names.reduce((bytes, name) => bytes + 2 * name.length + bytesPerName, 0)
}

/** Makes one tenant's view. One listing is in flight at a time; a failed one is not kept. */
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
