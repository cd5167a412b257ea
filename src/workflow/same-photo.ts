/** Finds a gallery's photo whose bytes equal those of an upload. */
import { LRUCache } from 'lru-cache'
import { isPublisherError } from '../base/errors.ts'
import { type Folder, folders, type PhotoName } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'
import { contentDigest, type DigestTools } from './content-digest.ts'

/** Upper bound on photos of the same size whose digests are compared. Each may have to be read once. */
const maxCandidates = 8
/** Lifetime of a gallery's listing. */
const maxAgeMs = 30_000
/** Number of galleries whose listings are remembered. A listing of 10,000 photos takes some 3 MB. */
const maxGalleries = 10

export interface LocatedPhoto {
  folder: Folder
  entry: PhotoEntry
}

/** Photos in all folders of a gallery, listed at most every 30 s, plus those stored since. */
export interface KnownPhotos {
  ofSize(store: PhotoStore, bytes: number): Promise<LocatedPhoto[]>
  add(store: PhotoStore, photo: LocatedPhoto): void
  /** Discards the listing after a remembered place turned out to be wrong. */
  forget(store: PhotoStore): void
}

interface Listing {
  at: number
  photos: Promise<LocatedPhoto[]>
  stored: LocatedPhoto[]
}

export function createKnownPhotos(now: () => number): KnownPhotos {
  const listings = new LRUCache<PhotoStore, Listing>({ max: maxGalleries })

  function listingOf(store: PhotoStore): Listing {
    const known = listings.get(store)
    if (known && now() - known.at < maxAgeMs) return known
    const listing = { at: now(), photos: listAll(store), stored: [] }
    listings.set(store, listing)
    listing.photos.catch(() => listings.delete(store))
    return listing
  }

  return {
    async ofSize(store, bytes) {
      const { photos, stored } = listingOf(store)
      return [...(await photos), ...stored].filter(({ entry }) => entry.size === bytes)
    },
    add(store, photo) {
      listings.get(store)?.stored.push(photo)
    },
    forget: (store) => void listings.delete(store),
  }
}

async function listAll(store: PhotoStore): Promise<LocatedPhoto[]> {
  const listed = await Promise.all(
    folders.map(async (folder) => {
      const { photos } = await store.list(folder)
      return photos.map((entry) => ({ folder, entry }))
    }),
  )
  return listed.flat()
}

/**
 * Returns the photo that already has these bytes, or `null`. Reads at most eight photos, all of the same size. If a photo is gone
 * from its remembered place, lists the folders once more: it may have been moved.
 */
export async function findSamePhoto(
  tools: DigestTools,
  known: KnownPhotos,
  { size, sha256 }: { size: number; sha256: string },
): Promise<LocatedPhoto | null> {
  const candidates = await known.ofSize(tools.store, size)
  if (candidates.length === 0) return null
  const first = await sameAmong(tools, candidates, sha256)
  if (first !== 'gone') return first
  known.forget(tools.store)
  const again = await sameAmong(tools, await known.ofSize(tools.store, size), sha256)
  return again === 'gone' ? null : again
}

/** Returns `gone` if no candidate has these bytes and a candidate no longer exists. */
async function sameAmong(
  tools: DigestTools,
  candidates: readonly LocatedPhoto[],
  sha256: string,
): Promise<LocatedPhoto | 'gone' | null> {
  let isOneGone = false
  for (const candidate of candidates.slice(0, maxCandidates)) {
    const { folder, entry: listed } = candidate
    const digest = await digestAt(tools, folder, listed.name)
    if (digest === null) isOneGone = true
    else if (digest === sha256) return candidate
  }
  return isOneGone ? 'gone' : null
}

/** Returns `null` if no photo has that name, or if the photo disappears during the read. */
async function digestAt(tools: DigestTools, folder: Folder, name: PhotoName): Promise<string | null> {
  const entry = await tools.store.stat(folder, name)
  if (!entry) return null
  return contentDigest(tools, folder, entry).catch((error: unknown) => {
    if (isPublisherError(error, 'photo_not_found')) return null
    throw error
  })
}
