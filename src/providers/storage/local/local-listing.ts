/** Photos and sidecars of one directory. */
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { isPhotoName, type PhotoName } from '../../../ports/photo.ts'
import { sidecarsAmong } from '../../../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoListing } from '../../../ports/storage.ts'
import { unlessMissing } from './local-errors.ts'
import type { LocalFiles } from './local-files.ts'

/** Files that are examined concurrently: enough to be fast, few enough for the limit on open files. */
const batchSize = 64

/**
 * Lists the photos of a directory. Returns no photos and `isFolderMissing` for a missing directory. Omits files that vanish during
 * the listing.
 */
export async function listPhotos(
  files: LocalFiles,
  directory: string,
  toEntry: (name: PhotoName, stats: Stats) => PhotoEntry,
): Promise<PhotoListing> {
  const names = await files.names(directory)
  const isMissing = names.length === 0 && (await unlessMissing(files.stat(directory))) === null
  const present = new Set(names)
  const photoNames = names.filter(isPhotoName).sort()
  const photos: PhotoEntry[] = []
  for (let start = 0; start < photoNames.length; start += batchSize) {
    const batch = photoNames.slice(start, start + batchSize)
    const found = await Promise.all(batch.map((name) => unlessMissing(files.stat(join(directory, name)))))
    for (const [index, name] of batch.entries()) {
      const stats = found[index]
      if (stats?.isFile()) photos.push(toEntry(name, stats))
    }
  }
  return {
    photos,
    ...sidecarsAmong(photos, (name) => present.has(name)),
    ...(isMissing && { isFolderMissing: true }),
  }
}
