/** Records of one store as sealed files below its root folder. */
import { PublisherError } from '../../../base/errors.ts'
import { maxPreviewBytes } from '../../../ports/preview-files.ts'
import { maxRecordBytes } from '../../../ports/record-key.ts'
import type { RecordFiles } from '../../../ports/storage.ts'
import { type DropboxApi, tooLarge } from './api.ts'
import type { DropboxFiles } from './files.ts'
import { listFileNames } from './listing.ts'
import type { DropboxPaths } from './paths.ts'
import { sealed, unsealed } from './seal.ts'

export interface RecordFilesOptions {
  api: DropboxApi
  files: DropboxFiles
  paths: DropboxPaths
}

/** Creates the store's functions for records. */
export function createRecordFiles({ api, files, paths }: RecordFilesOptions): RecordFiles {
  const createRecord: RecordFiles['createRecord'] = async (key, text) =>
    (await files.write(paths.record(key), sealed(text), 'absent')) !== null
  return {
    createRecord,
    addRecord: createRecord,

    async readRecord(key) {
      const found = await files.readAtMost(paths.record(key), maxRecordBytes)
      if (found === 'too_large') throw new PublisherError('storage_unavailable', tooLarge)
      const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
      return found && { text: unsealed(decoder.decode(found.bytes)), revision: found.revision }
    },

    listRecords: async (folder) => listFileNames(api, paths.record(folder)),

    replaceRecord: async (key, text) => {
      await files.write(paths.record(key), sealed(text), 'always')
    },

    async readOwnFile(key) {
      const found = await files.readAtMost(paths.record(key), maxPreviewBytes)
      return found === null || found === 'too_large' ? null : new Uint8Array(found.bytes)
    },

    deleteRecord: async (key) => {
      await files.removeAny(paths.record(key))
    },

    // Guaranteed by the specification of `upload` (mode `add` with `strict_conflict`), so that no probe is needed.
    canCreateAtomically: async () => true,
  }
}
