/** Photos in folders on this machine's disk: the embedded default for the demo, development and self-hosting. Node only. */
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { type Folder, numberedName, type PhotoName, sidecarName } from '../../ports/photo.ts'
import { maxSidecarBytes, sidecarBytes, toSidecar } from '../../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoStore, SidecarReading, StoragePaths } from '../../ports/storage.ts'
import {
  photoNotFound,
  sidecarChanged,
  storageUnavailable,
  unlessMissing,
  uploadIncomplete,
  withStorageErrors,
} from './local/local-errors.ts'
import { createLocalFiles, type LocalFiles } from './local/local-files.ts'
import { listPhotos } from './local/local-listing.ts'
import { movePhoto } from './local/local-move.ts'
import { recordPath, safeDirectories } from './local/local-paths.ts'

export interface LocalStoreOptions {
  paths: StoragePaths
  /** The tenant's own folder: all paths are taken below it and may not leave it. Left out: they have to be absolute. */
  baseDirectory?: string | undefined
  /** Makes a link to an original that works until `expiresAt`: a URL, or a path on the tenant's host. */
  link(folder: Folder, name: PhotoName, expiresAt: Date): Promise<string>
  now?: () => number
  /** What touches the disk; a test hands in one that fails. */
  files?: LocalFiles
}

const linkMs = 4 * 3600_000
const maxNumber = 10_000
/** Records have some hundred bytes. */
const maxRecordBytes = 2 ** 20

/**
 * Makes the store. Nothing is opened before it is needed. The content hash is made of size, time of change in
 * nanoseconds and inode: whoever changes the bytes changes it.
 */
export function createLocalStore(options: LocalStoreOptions): PhotoStore {
  const { paths, baseDirectory, link, now = Date.now, files = createLocalFiles() } = options
  const directories = safeDirectories(paths, baseDirectory)

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

  /** Gives the finished file the first name that no photo has, nor a sidecar that would become its own. */
  async function nameUpload(staged: string, folder: Folder, name: PhotoName): Promise<PhotoName> {
    for (let number = 1; number <= maxNumber; number++) {
      const free = numberedName(name, number)
      const sidecar = await unlessMissing(files.stat(await directories.sidecar(folder, free)))
      if (!sidecar && (await files.linkIfAbsent(staged, await directories.file(folder, free)))) return free
    }
    throw new RangeError('All numbers for this name are taken.')
  }

  async function readSidecar(path: string): Promise<SidecarReading> {
    const found = await files.readAtMost(path, maxSidecarBytes)
    return found === null || found === 'too_large'
      ? found && 'unreadable'
      : toSidecar(found.bytes, found.revision)
  }

  return withStorageErrors({
    provider: 'local',
    foldsCase: 'sometimes',

    async list(folder) {
      const directory = await directories.folder(folder)
      return listPhotos(files, directory, toEntry)
    },

    stat,

    async read(folder, name) {
      const entry = await existing(folder, name)
      // It may be moved away between the look and the reading.
      const body = await unlessMissing(files.read(await directories.file(folder, name)))
      if (!body) throw photoNotFound()
      return { entry, body }
    },

    async temporaryLink(folder, name) {
      await existing(folder, name)
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

    async move(name, from, to, sidecar = 'stem') {
      if (directories.same(from, to)) return (await existing(from, name)).name
      const [source, target] = [await directories.folder(from), await directories.folder(to)]
      return movePhoto(files, name, source, target, sidecar)
    },

    async delete(folder, name, form = 'stem') {
      const directory = await directories.folder(folder)
      const sidecarDeleted = form !== null && (await files.remove(join(directory, sidecarName(name, form))))
      return { sidecarDeleted, deleted: await files.remove(join(directory, name)) }
    },

    async readSidecar(folder, name, form) {
      return readSidecar(await directories.sidecar(folder, name, form))
    },

    async writeSidecar(folder, name, text, ifRevision, form) {
      const { bytes } = sidecarBytes(text, ifRevision)
      const path = await directories.sidecar(folder, name, form)
      if (ifRevision === null) {
        if (!(await files.createText(path, bytes))) throw sidecarChanged()
        return
      }
      if (ifRevision !== undefined) {
        const current = await readSidecar(path)
        if (current === null || current === 'unreadable' || current.revision !== ifRevision)
          throw sidecarChanged()
      }
      await files.replaceText(path, bytes)
    },

    createRecord: async (key, text) => files.createText(await recordPath(directories, key), text),

    async readRecord(key) {
      const found = await files.readAtMost(await recordPath(directories, key), maxRecordBytes)
      if (found === 'too_large') throw storageUnavailable(new Error('A record is far too large.'))
      return found && { text: new TextDecoder().decode(found.bytes), revision: found.revision }
    },

    listRecords: async (folder) => files.names(await recordPath(directories, folder)),

    replaceRecord: async (key, text) => files.replaceText(await recordPath(directories, key), text),

    async deleteRecord(key) {
      await files.remove(await recordPath(directories, key))
    },

    canCreateAtomically: async () => true,
  })
}

function toEntry(name: PhotoName, stats: Stats & { mtimeNs?: bigint }): PhotoEntry {
  const contentHash = [stats.size, stats.mtimeMs, stats.ino].map((part) => part.toString(36)).join('-')
  return { name, size: stats.size, modifiedAt: stats.mtime, contentHash }
}
