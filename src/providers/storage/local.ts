/** Photo store on the local disk: the default for the demo, development and self-hosting. Node only. */
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { PhotoStore, StoragePaths } from '../../ports/storage.ts'
import type { OnStorageRequest } from '../../ports/storage-requests.ts'
import { countingFiles } from './local/local-counts.ts'
import { withStorageErrors } from './local/local-errors.ts'
import { createLocalFiles, type LocalFiles } from './local/local-files.ts'
import { safeDirectories } from './local/local-paths.ts'
import { createPhotoFiles } from './local/local-photos.ts'
import { createPreviewFiles } from './local/local-previews.ts'
import { createRecordFiles } from './local/local-records.ts'
import { createSidecarFiles } from './local/local-sidecars.ts'
import { createXmpFiles } from './local/local-xmp.ts'

export interface LocalStoreOptions {
  /** Directories of the tenant's folders. */
  paths: StoragePaths
  /** The tenant's own folder, which contains all paths. Default: none, and all paths must be absolute. */
  baseDirectory?: string | undefined
  /** Creates a link to an original that works until `expiresAt`: a URL, or a path on the tenant's host. */
  link(folder: Folder, name: PhotoName, expiresAt: Date): Promise<string>
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Receives each disk operation. A whole listing counts once, because a server would list in one request. Default: no count. */
  onRequest?: OnStorageRequest | undefined
  /** Disk operations. Tests pass operations that fail. */
  files?: LocalFiles
}

/**
 * Creates the store. Opens nothing before the first use. The content hash consists of size, modification time and inode, so that a
 * write changes the hash.
 */
export function createLocalStore(options: LocalStoreOptions): PhotoStore {
  const { paths, baseDirectory, link, now = Date.now, files = createLocalFiles() } = options
  const { onRequest = () => undefined } = options
  const directories = safeDirectories(paths, baseDirectory)
  const counted = countingFiles(files, onRequest)
  const photosOf = (through: LocalFiles) => createPhotoFiles({ files: through, directories, link, now })
  const uncounted = photosOf(files)
  return withStorageErrors({
    provider: 'local',
    foldsCase: 'sometimes',
    ...photosOf(counted),
    list(folder) {
      onRequest('A')
      return uncounted.list(folder)
    },
    ...createSidecarFiles(counted, directories),
    ...createXmpFiles(counted, directories),
    ...createRecordFiles(counted, directories),
    ...createPreviewFiles(counted, directories),
  })
}
