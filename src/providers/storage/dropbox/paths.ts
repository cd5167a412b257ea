/** Where a store's files are in the Dropbox: the only place that puts a path together. */
import { PublisherError } from '../../../base/errors.ts'
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import {
  type Folder,
  numberedName,
  type PhotoName,
  type SidecarForm,
  sidecarName,
} from '../../../ports/photo.ts'
import type { RecordKey, StoragePaths } from '../../../ports/storage.ts'

export interface DropboxPaths {
  /** The folder itself: `''` for the root of the Dropbox, else `/a/b`. */
  folder(folder: Folder): string
  photo(folder: Folder, name: PhotoName): string
  sidecar(folder: Folder, name: PhotoName, form?: SidecarForm): string
  /** Below `<root>/.publisher`. Throws `invalid_request` for a key that could point elsewhere. */
  record(key: RecordKey): string
}

const recordSegment = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/

/** The paths of one store. */
export function createDropboxPaths(configured: StoragePaths): DropboxPaths {
  const folder = (which: Folder) => absolute(configured[which])
  return {
    folder,
    photo: (which, name) => `${folder(which)}/${name}`,
    sidecar: (which, name, form) => `${folder(which)}/${sidecarName(name, form)}`,
    record(key) {
      if (key.length === 0 || !key.every((segment) => recordSegment.test(segment))) {
        throw new PublisherError('invalid_request', 'This is no name of a record.')
      }
      return `${folder('root')}/.publisher/${key.join('/')}`
    },
  }
}

const maxNumber = 1000

/** `x.jpg`, `x (2).jpg`, `x (3).jpg` ... a thousand names, after which {@link tooManyOfThisName} is to be thrown. */
export function* numberedNames(name: PhotoName): Generator<PhotoName> {
  for (let number = 1; number <= maxNumber; number++) yield numberedName(name, number)
}

/** What to throw when no numbered name was free. */
export function tooManyOfThisName(): PublisherError {
  return new PublisherError('storage_unavailable', 'There are too many photos of this name.')
}

/** Dropbox wants a leading slash, but the empty string for its root. */
function absolute(path: string): string {
  const inner = withoutSlashAtEnd(path.replace(/^\/+/, ''))
  return inner === '' ? '' : `/${inner}`
}
