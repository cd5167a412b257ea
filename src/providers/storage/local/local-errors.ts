/** Maps errors of the disk to errors of the port. */
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import type { PhotoStore } from '../../../ports/storage.ts'

/** Returns the error's system code (`ENOENT`, `EACCES` ...), if any. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const missingCodes: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/** Returns the result, or `null` for a missing file or folder. A name that is too long for the disk counts as missing. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (missingCodes.has(systemCode(error))) return null
    throw error
  }
}

export function uploadIncomplete(): PublisherError {
  return new PublisherError('invalid_request', 'The photo arrived incomplete. Send it again.')
}

export function storageUnavailable(cause: unknown): PublisherError {
  return new PublisherError('storage_unavailable', 'The photo folder is not available right now.', { cause })
}

/** Wraps the store so that its functions throw only errors of the port. */
export function withStorageErrors(store: PhotoStore): PhotoStore {
  const guard =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      work(...args).catch((error: unknown) => {
        throw isPublisherError(error) ? error : storageUnavailable(error)
      })
  const guarded = {
    list: guard(store.list),
    stat: guard(store.stat),
    read: guard(store.read),
    temporaryLink: guard(store.temporaryLink),
    upload: guard(store.upload),
    move: guard(store.move),
    delete: guard(store.delete),
    readSidecar: guard(store.readSidecar),
    writeSidecar: guard(store.writeSidecar),
    readXmp: guard(store.readXmp),
    writeXmp: guard(store.writeXmp),
    createRecord: guard(store.createRecord),
    addRecord: guard(store.addRecord),
    readOwnFile: guard(store.readOwnFile),
    readRecord: guard(store.readRecord),
    listRecords: guard(store.listRecords),
    replaceRecord: guard(store.replaceRecord),
    deleteRecord: guard(store.deleteRecord),
    canCreateAtomically: guard(store.canCreateAtomically),
    readPreview: guard(store.readPreview),
    writePreview: guard(store.writePreview),
    listPreviewFolders: guard(store.listPreviewFolders),
    deletePreviewFolder: guard(store.deletePreviewFolder),
  } satisfies Omit<
    Required<PhotoStore>,
    'provider' | 'foldsCase' | 'asksForLinks' | 'isKnownAtomic' | 'thumbnail'
  >
  return { ...store, ...guarded, ...(store.thumbnail && { thumbnail: guard(store.thumbnail) }) }
}
