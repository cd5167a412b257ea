/** Counts disk operations in the classes of S3, so that storages can be compared. */
import type { OnStorageRequest, RequestClass } from '../../../ports/storage-requests.ts'
import type { LocalFiles } from './local-files.ts'

const classes = {
  names: 'A',
  stat: 'B',
  read: 'B',
  readAtMost: 'B',
  sameContent: 'B',
  writeStream: 'A',
  createText: 'A',
  replaceText: 'A',
  linkIfAbsent: 'A',
  remove: 'free',
  removeFolder: 'free',
} as const satisfies Record<keyof LocalFiles, RequestClass>

/** Wraps disk operations to count each. */
export function countingFiles(files: LocalFiles, onRequest: OnStorageRequest): LocalFiles {
  const counted =
    <P extends unknown[], R>(operation: keyof LocalFiles, run: (...parameters: P) => R) =>
    (...parameters: P): R => {
      onRequest(classes[operation])
      return run(...parameters)
    }
  return {
    names: counted('names', files.names),
    stat: counted('stat', files.stat),
    read: counted('read', files.read),
    readAtMost: counted('readAtMost', files.readAtMost),
    sameContent: counted('sameContent', files.sameContent),
    writeStream: counted('writeStream', files.writeStream),
    createText: counted('createText', files.createText),
    replaceText: counted('replaceText', files.replaceText),
    linkIfAbsent: counted('linkIfAbsent', files.linkIfAbsent),
    remove: counted('remove', files.remove),
    removeFolder: counted('removeFolder', files.removeFolder),
  }
}
