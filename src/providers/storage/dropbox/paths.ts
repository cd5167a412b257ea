/** Paths of a store's files in the Dropbox. Only this module builds paths. */
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import {
  type Folder,
  type PhotoName,
  type SidecarForm,
  sidecarName,
  type XmpForm,
  xmpName,
} from '../../../ports/photo.ts'
import { recordFile } from '../../../ports/record-key.ts'
import type { RecordKey, StoragePaths } from '../../../ports/storage.ts'

export interface DropboxPaths {
  /** Returns the path of the folder: `''` for the root of the Dropbox, else `/a/b`. */
  folder(folder: Folder): string
  photo(folder: Folder, name: PhotoName): string
  sidecar(folder: Folder, name: PhotoName, form?: SidecarForm): string
  xmp(folder: Folder, name: PhotoName, form: XmpForm): string
  /** Returns a path below `<root>/.publisher`. Throws `invalid_request` for a key that could point elsewhere. */
  record(key: RecordKey): string
}

/** Creates the paths of one store. */
export function createDropboxPaths(configured: StoragePaths): DropboxPaths {
  const folder = (which: Folder) => absolute(configured[which])
  return {
    folder,
    photo: (which, name) => `${folder(which)}/${name}`,
    sidecar: (which, name, form) => `${folder(which)}/${sidecarName(name, form)}`,
    xmp: (which, name, form) => `${folder(which)}/${xmpName(name, form)}`,
    record: (key) => `${folder('root')}/.publisher/${recordFile(key)}`,
  }
}

/** Adds the leading slash that Dropbox requires, except for its root, which is the empty string. */
function absolute(path: string): string {
  const inner = withoutSlashAtEnd(path.replace(/^\/+/, ''))
  return inner === '' ? '' : `/${inner}`
}
