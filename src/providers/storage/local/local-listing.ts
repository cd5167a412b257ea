/** Photos of one directory, with their sidecars and XMP files. */
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { isPhotoName, type PhotoName, sidecarName } from '../../../ports/photo.ts'
import { sidecarsAmong } from '../../../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoListing } from '../../../ports/storage.ts'
import { isXmpName, xmpAmong } from '../../../ports/xmp-file.ts'
import { unlessMissing } from './local-errors.ts'
import { type LocalFiles, versionOf } from './local-files.ts'

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
  const found = await examined(files, directory, namesToExamine(names))
  const photos = names
    .filter(isPhotoName)
    .sort()
    .flatMap((name) => {
      const stats = found.get(name)
      return stats ? [toEntry(name, stats)] : []
    })
  const versionAt = (file: string) => {
    const stats = found.get(file)
    return stats && versionOf(stats)
  }
  return {
    photos,
    ...sidecarsAmong(photos, versionAt),
    ...xmpAmong({ photos, files: names, versionOf: versionAt }),
    ...(isMissing && { isFolderMissing: true }),
  }
}

/** Returns the names of photos, of the sidecars beside them, and of XMP files. Other files may be many. */
function namesToExamine(names: readonly string[]): string[] {
  const photos = names.filter(isPhotoName)
  const sidecars = new Set(photos.flatMap((name) => [sidecarName(name), sidecarName(name, 'full')]))
  return [...photos, ...names.filter((name) => sidecars.has(name) || isXmpName(name))]
}

/** Returns the properties of those names that are files. */
async function examined(
  files: LocalFiles,
  directory: string,
  names: readonly string[],
): Promise<Map<string, Stats>> {
  const found = new Map<string, Stats>()
  for (let start = 0; start < names.length; start += batchSize) {
    const batch = names.slice(start, start + batchSize)
    const properties = await Promise.all(
      batch.map((name) => unlessMissing(files.stat(join(directory, name)))),
    )
    for (const [index, name] of batch.entries()) {
      const stats = properties[index]
      if (stats?.isFile()) found.set(name, stats)
    }
  }
  return found
}
