/** Photos of one store as objects of its bucket. A reservation, whose photo has not arrived yet, does not count as a photo. */
import { type Folder, mediaType, type PhotoName } from '../../../ports/photo.ts'
import type { PhotoEntry, PhotoFiles } from '../../../ports/storage.ts'
import { photoNotFound } from '../../../ports/storage-errors.ts'
import type { S3Client } from './client.ts'
import { storageUnavailable } from './errors.ts'
import { movePhoto } from './move.ts'
import type { ObjectHead } from './object-reads.ts'
import { listPhotos } from './photo-listing.ts'
import { createReservationFilter, type ReservationTools, reservationOf, reserveName } from './reservations.ts'

export interface PhotoFilesOptions extends ReservationTools {
  presign: S3Client['presign']
  now: () => number
}

const linkSeconds = 4 * 3600

/** Creates the store's functions for photos. */
export function createPhotoFiles({ objects, keys, create, presign, now }: PhotoFilesOptions): PhotoFiles {
  const withoutReservations = createReservationFilter(objects)

  async function stat(folder: Folder, name: PhotoName): Promise<PhotoEntry | null> {
    const head = await objects.head(keys.photo(folder, name))
    return head && reservationOf(head) === null ? toEntry(name, head) : null
  }

  return {
    stat,
    list: (folder) => listPhotos(objects, withoutReservations, keys.prefix(folder)),

    async read(folder, name) {
      const found = await objects.get(keys.photo(folder, name))
      if (found && reservationOf(found.head) === null)
        return { entry: toEntry(name, found.head), body: found.body }
      await found?.body.cancel()
      throw photoNotFound()
    },

    async temporaryLink(folder, name) {
      const expiresAt = new Date(now() + linkSeconds * 1000)
      return { url: await presign(keys.photo(folder, name), linkSeconds), expiresAt }
    },

    async upload(folder, name, body, size) {
      const reserved = await reserveName({ objects, keys, create }, folder, name)
      try {
        await objects.putStream(reserved.key, body, size, mediaType(name))
      } catch (error) {
        await objects.delete(reserved.key).catch(() => undefined)
        throw error
      }
      const entry = await stat(folder, reserved.name)
      if (entry?.size !== size) throw storageUnavailable(new Error('The uploaded photo arrived incomplete.'))
      return entry
    },

    async move(name, from, to, sidecar = 'stem', xmp = []) {
      if (keys.prefix(from) !== keys.prefix(to))
        return movePhoto({ objects, keys, create }, name, { from, to, sidecar, xmp })
      if (!(await stat(from, name))) throw photoNotFound()
      return name
    },

    async delete(folder, name, form = 'stem', xmp = []) {
      const sidecarKey = form && keys.sidecar(folder, name, form)
      const [photo, sidecar] = await Promise.all([stat(folder, name), sidecarKey && objects.head(sidecarKey)])
      if (sidecarKey && sidecar) await objects.delete(sidecarKey)
      for (const key of xmp.flatMap((xmpForm) => keys.xmp(folder, name, xmpForm))) await objects.delete(key)
      if (photo) await objects.delete(keys.photo(folder, name))
      return { deleted: photo !== null, sidecarDeleted: sidecar !== null }
    },
  }
}

function toEntry(name: PhotoName, { size, modifiedAt, etag }: ObjectHead): PhotoEntry {
  return { name, size, modifiedAt, contentHash: etag }
}
