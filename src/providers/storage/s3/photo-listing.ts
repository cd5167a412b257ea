/** Lists the photos directly below a prefix, with their sidecars and XMP files. */
import { isPhotoName } from '../../../ports/photo.ts'
import { sidecarsAmong } from '../../../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoListing } from '../../../ports/storage.ts'
import { xmpAmong } from '../../../ports/xmp-file.ts'
import type { S3Objects } from './objects.ts'
import type { WithoutReservations } from './reservations.ts'

/** Returns the photos ordered by name, without reserved names. */
export async function listPhotos(
  objects: Pick<S3Objects, 'list'>,
  withoutReservations: WithoutReservations,
  prefix: string,
): Promise<PhotoListing> {
  const listed = await objects.list(prefix)
  const versions = new Map(listed.map(({ key, etag }) => [key.slice(prefix.length), etag]))
  const photos = await withoutReservations(listed.filter(({ key }) => isPhotoName(key.slice(prefix.length))))
  const entries = photos.flatMap(({ key, size, modifiedAt, etag }): PhotoEntry[] => {
    const name = key.slice(prefix.length)
    return isPhotoName(name) ? [{ name, size, modifiedAt, contentHash: etag }] : []
  })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  const versionOf = (file: string) => versions.get(file)
  return {
    photos: entries,
    ...sidecarsAmong(entries, versionOf),
    ...xmpAmong({ photos: entries, files: versions.keys(), versionOf }),
  }
}
