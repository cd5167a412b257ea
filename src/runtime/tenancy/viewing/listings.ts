/** Listings of a tenant's folders that all requests of a process share, in memory for up to 30 s. */
import { LRUCache } from 'lru-cache'
import { settlesWithin } from '../../../base/time.ts'
import { type Folder, folders, type PhotoName } from '../../../ports/photo.ts'
import type { PhotoEntry, PhotoListing } from '../../../ports/storage.ts'

export interface SharedListing {
  listing: PhotoListing
  /** Time at which the listing began. */
  listedAt: number
  /** Returns the photo of this name. Ignores the case of names where the storage does. */
  find(name: PhotoName): PhotoEntry | undefined
}

interface Kept extends SharedListing {
  /** State of the photos before the listing began. */
  change: number
  /** Time of the next renewal in the background. */
  renewAt: number
}

/** Listings of all tenants. One per process. */
export type ListingCache = LRUCache<string, Kept>

/** Keeps work alive after the response of the request that began it. */
export type KeepAlive = (work: Promise<unknown>) => void

export interface ListingsOptions {
  /** Shared by all tenants. Each tenant has its own keys. */
  cache: ListingCache
  /** Cache key: unique per host and `config_version`. */
  identity: string
  list(folder: Folder): Promise<PhotoListing>
  /** True when names that differ only in case are the same file. */
  foldsCase(): boolean
  /** Returns a new number after each change of the tenant's photos. */
  latestChange(): number
  now: () => number
  /**
   * Wait for a listing that another request began, in ms. A Worker's cancelled request silently drops its work. Default: 25,000.
   */
  patienceMs?: number
}

export interface Listings {
  /**
   * Returns the folder's listing, at most 30 s old and never from before a change. From 15 s on, the first caller also renews it in the
   * background. Throws the errors of the storage.
   */
  of(folder: Folder, keepAlive?: KeepAlive): Promise<SharedListing>
  /** Returns the folder's listing if it is in memory. Never calls the storage. */
  peek(folder: Folder): SharedListing | undefined
}

const maxAgeMs = 30_000
const renewAfterMs = 15_000
/** Pause after a renewal that failed. */
const retryAfterMs = 5_000
/** Overhead of an entry, its date and its places in the listing and in the index. */
const bytesPerPhoto = 300

/** Creates the cache. The default of 16 MB holds some 40,000 photos. */
export function createListingCache(maxBytes = 16 * 2 ** 20): ListingCache {
  return new LRUCache({
    maxSize: maxBytes,
    // The cap lets even the longest listing fit, so the most recently used listing always stays.
    sizeCalculation: ({ listing }, key) => Math.min(maxBytes, sizeOf(listing) + 2 * key.length),
  })
}

function sizeOf({ photos, sidecarVersions, xmp, strayXmp }: PhotoListing): number {
  let bytes = 0
  for (const { name, contentHash, ofDropbox } of photos)
    bytes += 2 * (name.length + contentHash.length) + bytesPerPhoto + (ofDropbox ? 150 : 0)
  for (const { stem = '', full = '' } of sidecarVersions?.values() ?? [])
    bytes += 150 + 2 * (stem.length + full.length)
  for (const { stem = '', full = '' } of xmp?.values() ?? []) bytes += 150 + 2 * (stem.length + full.length)
  for (const file of strayXmp ?? []) bytes += 50 + 2 * file.length
  return bytes
}

interface Flight {
  listing: Promise<SharedListing>
  change: number
  startedAt: number
}

/** Creates one tenant's view. Concurrent callers share one listing per folder. A failed listing is not kept. */
export function createListings(options: ListingsOptions): Listings {
  const { cache, identity, list, foldsCase, latestChange, now, patienceMs = 25_000 } = options
  const flights = new Map<Folder, Flight>()
  const keys = Object.fromEntries(folders.map((folder) => [folder, JSON.stringify([identity, folder])]))
  const keyOf = (folder: Folder) => keys[folder] ?? folder

  function peek(folder: Folder): Kept | undefined {
    const kept = cache.get(keyOf(folder))
    return kept && kept.change === latestChange() && now() - kept.listedAt < maxAgeMs ? kept : undefined
  }

  async function listAnew(folder: Folder, change: number): Promise<SharedListing> {
    const listedAt = now()
    const listing = await list(folder)
    const shared = { listing, listedAt, find: finderOf(listing, foldsCase()) }
    dropOld()
    // A missing folder is not remembered: the photographer is about to create it.
    if (change === latestChange() && !listing.isFolderMissing)
      cache.set(keyOf(folder), { ...shared, change, renewAt: listedAt + renewAfterMs })
    return shared
  }

  function dropOld(): void {
    for (const key of cache.rkeys()) {
      const oldest = cache.peek(key)
      if (oldest && now() - oldest.listedAt < maxAgeMs) break
      cache.delete(key)
    }
  }

  function start(folder: Folder, keepAlive: KeepAlive): Flight {
    const change = latestChange()
    const flight = { listing: listAnew(folder, change), change, startedAt: now() }
    flights.set(folder, flight)
    const done = () => {
      if (flights.get(folder) === flight) flights.delete(folder)
    }
    keepAlive(flight.listing.then(done, done))
    return flight
  }

  /** Returns a flight that began after the latest change, unless its request was probably cancelled. */
  function running(folder: Folder): Flight | undefined {
    const flight = flights.get(folder)
    const isAlive = flight?.change === latestChange() && now() - flight.startedAt < patienceMs
    return isAlive ? flight : undefined
  }

  function renew(folder: Folder, kept: Kept, keepAlive: KeepAlive): void {
    if (running(folder)) return
    const postpone = () => {
      kept.renewAt = now() + retryAfterMs
    }
    start(folder, keepAlive).listing.catch(postpone)
  }

  return {
    peek,
    async of(folder, keepAlive = () => undefined) {
      for (;;) {
        const kept = peek(folder)
        if (kept) {
          if (kept.renewAt <= now()) renew(folder, kept, keepAlive)
          return kept
        }
        const flight = running(folder)
        if (!flight) return start(folder, keepAlive).listing
        if (await settlesWithin(flight.listing, patienceMs)) return flight.listing
        if (flights.get(folder) === flight) flights.delete(folder)
      }
    },
  }
}

/** Returns a function that finds photos by name. Builds its index at the first use. */
function finderOf({ photos }: PhotoListing, foldsCase: boolean): SharedListing['find'] {
  const folded = (name: PhotoName) => (foldsCase ? name.toLowerCase() : name)
  let index: Map<string, PhotoEntry> | undefined
  return (name) => {
    index ??= new Map(photos.map((entry) => [folded(entry.name), entry]))
    return index.get(folded(name))
  }
}
