/**
 * Records of one store as files below its root folder. Drive cannot create a file only if its name is free, so that the ledger needs claims
 * elsewhere (src/ports/claims.ts).
 */
import { PublisherError } from '../../../base/errors.ts'
import { maxPreviewBytes } from '../../../ports/preview-files.ts'
import { maxRecordBytes } from '../../../ports/record-key.ts'
import type { RecordFiles } from '../../../ports/storage.ts'
import { folderType, revisionOf } from './answers.ts'
import type { DrivePaths } from './paths.ts'
import { readAtMost } from './sidecars.ts'
import { type WriteCondition, type WriteTools, writeFile } from './writes.ts'

const notAtomic =
  'Google Drive cannot create a record exactly once, and the control plane offers no claims. Nothing was published.'
const tooLarge = 'A file in the Google Drive is far larger than it should be.'

/** Creates the store's functions for records. */
export function createRecordFiles(tools: WriteTools, paths: DrivePaths): RecordFiles {
  const { files, lookup } = tools

  function write(key: readonly string[], text: string, condition: WriteCondition) {
    const { path, name } = paths.record(key)
    const bytes = new TextEncoder().encode(text)
    return writeFile(tools, path, { name, mimeType: 'application/json', bytes }, condition)
  }

  return {
    async createRecord(key) {
      paths.record(key)
      throw new PublisherError('storage_not_atomic', notAtomic)
    },

    addRecord: async (key, text) => (await write(key, text, 'absent')) !== null,

    async readRecord(key) {
      const { path, name } = paths.record(key)
      const file = await lookup.file(path, name)
      const found = file && (await readAtMost(tools, file, maxRecordBytes))
      if (found === 'too_large') throw new PublisherError('storage_unavailable', tooLarge)
      const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
      return found && file && { text: decoder.decode(found.bytes), revision: revisionOf(file) }
    },

    async listRecords(folder) {
      const all = (await lookup.all(paths.recordFolder(folder))) ?? []
      return [...new Set(all.filter(({ mimeType }) => mimeType !== folderType).map(({ name }) => name))]
    },

    replaceRecord: async (key, text) => {
      await write(key, text, 'always')
    },

    async readOwnFile(key) {
      const { path, name } = paths.record(key)
      const file = await lookup.file(path, name)
      const found = file && (await readAtMost(tools, file, maxPreviewBytes))
      return found === null || found === 'too_large' ? null : new Uint8Array(found.bytes)
    },

    // Deletes all files of the name, because the next in age would take the place of the first.
    async deleteRecord(key) {
      const { path, name } = paths.record(key)
      for (const { id } of await lookup.named(path, [name])) await files.remove(id)
    },

    canCreateAtomically: async () => false,
  }
}
