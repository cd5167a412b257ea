/** Photos of one store as files of its Drive folders. */
import type { Folder, PhotoName } from '../../../ports/photo.ts'
import type { PhotoFiles } from '../../../ports/storage.ts'
import { photoNotFound } from '../../../ports/storage-errors.ts'
import { companionNames } from './companions.ts'
import { listPhotos, photoEntry } from './listing.ts'
import { movePhoto } from './move.ts'
import type { DrivePaths } from './paths.ts'
import { fetchThumbnail } from './thumbnail.ts'
import { uploadPhoto } from './upload.ts'
import { removeFile, type WriteTools } from './writes.ts'

/** Creates a link to an original that works until `expiresAt`: a URL, or a path on the tenant's host. */
export type LinkToOriginal = (folder: Folder, name: PhotoName, expiresAt: Date) => Promise<string>

export interface PhotoFilesOptions {
  tools: WriteTools
  paths: DrivePaths
  /** Drive has no links of its own that need no sign-in. */
  link: LinkToOriginal
  /** Current time in milliseconds. */
  now: () => number
}

const linkLifetimeMs = 4 * 60 * 60_000

/** Creates the store's functions for photos. */
export function createPhotoFiles({ tools, paths, link, now }: PhotoFilesOptions): PhotoFiles {
  const { api, files, lookup } = tools
  return {
    list: (folder) => listPhotos(lookup, paths.folder(folder)),

    async stat(folder, name) {
      const file = await lookup.photo(paths.folder(folder), name)
      return file && photoEntry(name, file)
    },

    async read(folder, name) {
      const file = await lookup.photo(paths.folder(folder), name)
      if (!file) throw photoNotFound()
      return { entry: photoEntry(name, file), body: await files.stream(file.id) }
    },

    async temporaryLink(folder, name) {
      const expiresAt = new Date(now() + linkLifetimeMs)
      return { url: await link(folder, name, expiresAt), expiresAt }
    },

    async thumbnail(folder, name, box, mediaType) {
      const file = await lookup.photo(paths.folder(folder), name)
      if (!file) throw photoNotFound()
      return fetchThumbnail(api, file.id, box, mediaType)
    },

    async upload(folder, name, body, size) {
      const { file, name: stored } = await uploadPhoto(tools, paths.folder(folder), name, body, size)
      return photoEntry(stored, file)
    },

    move: (name, from, to, sidecar = 'stem', xmp = []) =>
      movePhoto(tools, name, paths.folder(from), paths.folder(to), { sidecar, xmp }),

    // Deletes the photo last: until then, its owner sees the photo and can repeat an interrupted deletion.
    async delete(folder, name, sidecar = 'stem', xmp = []) {
      const path = paths.folder(folder)
      const [words] = companionNames(name, { sidecar, xmp: [] })
      const sidecarDeleted = words !== undefined && (await removeFile(tools, path, words))
      for (const file of companionNames(name, { sidecar: null, xmp })) await removeFile(tools, path, file)
      const photo = await lookup.photo(path, name)
      return { deleted: photo !== null && (await files.remove(photo.id)), sidecarDeleted }
    },
  }
}
