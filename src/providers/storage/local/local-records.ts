/** Records of one store as files below its root directory. */
import { maxPreviewBytes } from '../../../ports/preview-files.ts'
import { maxRecordBytes } from '../../../ports/record-key.ts'
import type { RecordFiles } from '../../../ports/storage.ts'
import { storageUnavailable } from './local-errors.ts'
import type { LocalFiles } from './local-files.ts'
import { recordPath, type SafeDirectories } from './local-paths.ts'

/** Creates the store's functions for records. */
export function createRecordFiles(files: LocalFiles, directories: SafeDirectories): RecordFiles {
  const createRecord: RecordFiles['createRecord'] = async (key, text) =>
    files.createText(await recordPath(directories, key), text)
  return {
    createRecord,
    addRecord: createRecord,

    async readRecord(key) {
      const found = await files.readAtMost(await recordPath(directories, key), maxRecordBytes)
      if (found === 'too_large') throw storageUnavailable(new Error('A record is far too large.'))
      return found && { text: new TextDecoder().decode(found.bytes), revision: found.revision }
    },

    listRecords: async (folder) => files.names(await recordPath(directories, folder)),

    replaceRecord: async (key, text) => files.replaceText(await recordPath(directories, key), text),

    async readOwnFile(key) {
      const found = await files.readAtMost(await recordPath(directories, key), maxPreviewBytes)
      return found === null || found === 'too_large' ? null : new Uint8Array(found.bytes)
    },

    async deleteRecord(key) {
      await files.remove(await recordPath(directories, key))
    },

    canCreateAtomically: async () => true,
  }
}
