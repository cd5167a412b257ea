/** Photos of one store as files of its Dropbox folders. */
import { PublisherError } from '../../../base/errors.ts'
import type { PhotoFiles, PhotoListing } from '../../../ports/storage.ts'
import { photoNotFound } from '../../../ports/storage-errors.ts'
import { temporaryLinkSchema } from './answers.ts'
import type { DropboxApi } from './api.ts'
import type { DropboxFiles } from './files.ts'
import { photoEntry } from './listing.ts'
import { movePhoto } from './move.ts'
import type { DropboxPaths } from './paths.ts'
import { fetchThumbnail } from './thumbnail.ts'
import { uploadPhoto } from './upload.ts'

export interface PhotoFilesOptions {
  api: DropboxApi
  files: DropboxFiles
  paths: DropboxPaths
  /** Lists a folder by its full path. */
  listFolder(path: string): Promise<PhotoListing>
  /** Current time in milliseconds. */
  now: () => number
}

/** Lifetime of temporary links (specification of `get_temporary_link`). */
const linkLifetimeMs = 4 * 60 * 60_000

/** Creates the store's functions for photos. */
export function createPhotoFiles({ api, files, paths, listFolder, now }: PhotoFilesOptions): PhotoFiles {
  return {
    list: (folder) => listFolder(paths.folder(folder)),

    async stat(folder, name) {
      const file = await files.findFile(paths.photo(folder, name))
      return file && photoEntry(file)
    },

    async read(folder, name) {
      const { file, body } = await api.download(paths.photo(folder, name))
      const entry = photoEntry(file)
      if (entry) return { entry, body }
      await body.cancel()
      throw photoNotFound()
    },

    async temporaryLink(folder, name) {
      const path = paths.photo(folder, name)
      const expiresAt = new Date(now() + linkLifetimeMs)
      const { link } = await api.read(temporaryLinkSchema, (sdk, call) =>
        sdk.filesGetTemporaryLink({ path }, call),
      )
      return { url: link, expiresAt }
    },

    thumbnail: (folder, name, box, mediaType) =>
      fetchThumbnail(api, paths.photo(folder, name), box, mediaType),

    async upload(folder, name, body, size) {
      const file = await uploadPhoto(api, files, paths.folder(folder), name, body, size)
      const entry = photoEntry(file)
      if (entry) return entry
      throw new PublisherError(
        'storage_unavailable',
        'Dropbox stored the photo under a name that is not a photo name.',
      )
    },

    move: (name, from, to, sidecar = 'stem', xmp = []) =>
      movePhoto(files, name, { from: paths.folder(from), to: paths.folder(to), sidecar, xmp }),

    // Deletes the photo last: until then, its owner sees the photo and can repeat an interrupted deletion.
    async delete(folder, name, form = 'stem', xmp = []) {
      for (const xmpForm of xmp) await files.removeAny(paths.xmp(folder, name, xmpForm))
      const sidecarDeleted = form !== null && (await files.removeAny(paths.sidecar(folder, name, form)))
      const deleted = await files.removeAny(paths.photo(folder, name))
      return { deleted, sidecarDeleted }
    },
  }
}
