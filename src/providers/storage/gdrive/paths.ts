/** Paths of a store's folders in the Drive. Only this module builds paths. */
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import type { Folder } from '../../../ports/photo.ts'
import { recordFile } from '../../../ports/record-key.ts'
import type { RecordKey, StoragePaths } from '../../../ports/storage.ts'

export interface DrivePaths {
  /** Returns the path of the folder, without a slash at either end. The empty path is My Drive. */
  folder(folder: Folder): string
  /** Returns folder and name below `<root>/.publisher`. Throws `invalid_request` for a key that could point elsewhere. */
  record(key: RecordKey): { path: string; name: string }
  /** Returns the path of a folder below `<root>/.publisher`. Throws `invalid_request` for a key that could point elsewhere. */
  recordFolder(key: RecordKey): string
}

/** Creates the paths of one store. */
export function createDrivePaths(configured: StoragePaths): DrivePaths {
  const folder = (which: Folder) => withoutSlashAtEnd(configured[which].replace(/^\/+/, ''))
  const root = folder('root')
  const own = root === '' ? '.publisher' : `${root}/.publisher`
  return {
    folder,
    record(key) {
      const file = `${own}/${recordFile(key)}`
      const slash = file.lastIndexOf('/')
      return { path: file.slice(0, slash), name: file.slice(slash + 1) }
    },
    recordFolder: (key) => `${own}/${recordFile(key)}`,
  }
}
