/** Lists the photos of a folder. */
import type { PhotoName } from '../../../ports/photo.ts'
import { sidecarsAmong } from '../../../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoListing } from '../../../ports/storage.ts'
import { xmpAmong } from '../../../ports/xmp-file.ts'
import { byAge, contentHashOf, type DriveFile, hasBytes, revisionOf, sizeOf } from './answers.ts'
import type { DriveLookup } from './lookup.ts'
import { photosByName } from './names.ts'

/** Lists the photos of a folder by its path. */
export async function listPhotos(lookup: DriveLookup, path: string): Promise<PhotoListing> {
  const all = await lookup.all(path)
  if (!all) return { photos: [], withSidecar: new Set(), isFolderMissing: true }
  const byName = photosByName(all)
  const photos = [...byName].map(([name, file]) => photoEntry(name, file))
  photos.sort((one, other) => (one.name < other.name ? -1 : 1))
  const versions = versionsOf(all)
  const versionOf = (file: string) => versions.get(file)
  const files = new Set([...byName.keys(), ...versions.keys()])
  return { photos, ...sidecarsAmong(photos, versionOf), ...xmpAmong({ photos, files, versionOf }) }
}

/** Returns the revision of the oldest file of each name. */
function versionsOf(files: readonly DriveFile[]): Map<string, string> {
  const versions = new Map<string, string>()
  for (const file of files.filter(hasBytes).toSorted(byAge)) {
    if (!versions.has(file.name)) versions.set(file.name, revisionOf(file))
  }
  return versions
}

/** Returns the file as a photo of this name. */
export function photoEntry(name: PhotoName, file: DriveFile): PhotoEntry {
  const { modifiedTime, sha256Checksum } = file
  return {
    name,
    size: sizeOf(file),
    modifiedAt: modifiedTime,
    contentHash: contentHashOf(file),
    ...(sha256Checksum !== undefined && { sha256: sha256Checksum }),
  }
}
