/** Photos of a tenant's root that were found rejected, in memory. */
import type { PhotoEntry, PhotoListing } from '../../ports/storage.ts'

export interface Rejections {
  /** Remembers a rejected photo, as it is listed. */
  add(entry: PhotoEntry, listing: Pick<PhotoListing, 'xmp'>): void
  /** Returns the photos of a listing without those. Counts a photo again once its bytes or its XMP files have changed. */
  leftOf(listing: PhotoListing): readonly PhotoEntry[]
}

/** Upper bound on photos. Beyond it, the oldest are found out again. */
const maxPhotos = 20_000

export function createRejections(): Rejections {
  const rejected = new Set<string>()

  function keyOf({ name, contentHash }: PhotoEntry, { xmp }: Pick<PhotoListing, 'xmp'>): string {
    const { stem = '', full = '' } = xmp?.get(name) ?? {}
    return [name, contentHash, stem, full].join('\n')
  }

  return {
    add(entry, listing) {
      rejected.add(keyOf(entry, listing))
      const [oldest] = rejected
      if (rejected.size > maxPhotos && oldest !== undefined) rejected.delete(oldest)
    },
    leftOf(listing) {
      if (rejected.size === 0) return listing.photos
      return listing.photos.filter((entry) => !rejected.has(keyOf(entry, listing)))
    },
  }
}
