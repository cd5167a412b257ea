/** Photos of one store as files of its directories. */
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { type Folder, numberedNames, type PhotoName, sidecarName } from '../../../ports/photo.ts'
import type { PhotoEntry, PhotoFiles } from '../../../ports/storage.ts'
import { photoNotFound, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import { xmpNames } from '../../../ports/xmp-file.ts'
import { unlessMissing, uploadIncomplete } from './local-errors.ts'
import { type LocalFiles, versionOf } from './local-files.ts'
import { listPhotos } from './local-listing.ts'
import { movePhoto } from './local-move.ts'
import type { SafeDirectories } from './local-paths.ts'

export interface PhotoFilesOptions {
  files: LocalFiles
  directories: SafeDirectories
  /** Creates a link to an original that works until `expiresAt`. */
  link(folder: Folder, name: PhotoName, expiresAt: Date): Promise<string>
  now: () => number
}

const linkMs = 4 * 3600_000

/** Creates the store's functions for photos. */
export function createPhotoFiles({ files, directories, link, now }: PhotoFilesOptions): PhotoFiles {
  async function stat(folder: Folder, name: PhotoName): Promise<PhotoEntry | null> {
    const path = await directories.file(folder, name)
    const stats = await unlessMissing(files.stat(path))
    return stats?.isFile() ? toEntry(name, stats) : null
  }

  async function existing(folder: Folder, name: PhotoName): Promise<PhotoEntry> {
    const entry = await stat(folder, name)
    if (!entry) throw photoNotFound()
    return entry
  }

  /**
   * Links the finished file to the first free name. Returns the name. A name with a sidecar is not free, because the photo would
   * adopt the sidecar.
   */
  async function nameUpload(staged: string, folder: Folder, name: PhotoName): Promise<PhotoName> {
    for (const free of numberedNames(name)) {
      const sidecar = await unlessMissing(files.stat(await directories.sidecar(folder, free)))
      if (!sidecar && (await files.linkIfAbsent(staged, await directories.file(folder, free)))) return free
    }
    throw tooManyOfThisName()
  }

  return {
    async list(folder) {
      const directory = await directories.folder(folder)
      return listPhotos(files, directory, toEntry)
    },

    stat,

    async read(folder, name) {
      const entry = await existing(folder, name)
      // The photo may be moved away between `existing` and `read`.
      const body = await unlessMissing(files.read(await directories.file(folder, name)))
      if (!body) throw photoNotFound()
      return { entry, body }
    },

    async temporaryLink(folder, name) {
      const expiresAt = new Date(now() + linkMs)
      return { url: await link(folder, name, expiresAt), expiresAt }
    },

    async upload(folder, name, body, size) {
      const staged = await directories.temporary(folder)
      try {
        if ((await files.writeStream(staged, body)) !== size) throw uploadIncomplete()
        return await existing(folder, await nameUpload(staged, folder, name))
      } finally {
        await files.remove(staged)
      }
    },

    async move(name, from, to, sidecar = 'stem', xmp = []) {
      if (directories.same(from, to)) return (await existing(from, name)).name
      const [source, target] = [await directories.folder(from), await directories.folder(to)]
      return movePhoto(files, name, { from: source, to: target, sidecar, xmp })
    },

    async delete(folder, name, form = 'stem', xmp = []) {
      const directory = await directories.folder(folder)
      for (const file of xmp.flatMap((xmpForm) => xmpNames(name, xmpForm)))
        await files.remove(join(directory, file))
      const sidecarDeleted = form !== null && (await files.remove(join(directory, sidecarName(name, form))))
      return { sidecarDeleted, deleted: await files.remove(join(directory, name)) }
    },
  }
}

function toEntry(name: PhotoName, stats: Stats): PhotoEntry {
  return { name, size: stats.size, modifiedAt: stats.mtime, contentHash: versionOf(stats) }
}
