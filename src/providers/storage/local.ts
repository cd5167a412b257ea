/** Photos in folders on this machine's disk: the embedded default for the demo, development and self-hosting. Node only. */
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { PhotoStore, StoragePaths } from '../../ports/storage.ts'
import { withStorageErrors } from './local/local-errors.ts'
import { createLocalFiles, type LocalFiles } from './local/local-files.ts'
import { safeDirectories } from './local/local-paths.ts'
import { createPhotoFiles } from './local/local-photos.ts'
import { createRecordFiles } from './local/local-records.ts'
import { createSidecarFiles } from './local/local-sidecars.ts'

export interface LocalStoreOptions {
  /** Directories of the tenant's folders. */
  paths: StoragePaths
  /** The tenant's own folder: all paths are taken below it and may not leave it. Left out: they have to be absolute. */
  baseDirectory?: string | undefined
  /** Makes a link to an original that works until `expiresAt`: a URL, or a path on the tenant's host. */
  link(folder: Folder, name: PhotoName, expiresAt: Date): Promise<string>
  /** The time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Operations on the disk; a test hands in failing ones. */
  files?: LocalFiles
}

/**
 * Makes the store. Nothing is opened before it is needed. The content hash is made of size, time of change in
 * nanoseconds and inode: whoever changes the bytes changes it.
 */
export function createLocalStore(options: LocalStoreOptions): PhotoStore {
  const { paths, baseDirectory, link, now = Date.now, files = createLocalFiles() } = options
  const directories = safeDirectories(paths, baseDirectory)
  return withStorageErrors({
    provider: 'local',
    foldsCase: 'sometimes',
    ...createPhotoFiles({ files, directories, link, now }),
    ...createSidecarFiles(files, directories),
    ...createRecordFiles(files, directories),
  })
}
