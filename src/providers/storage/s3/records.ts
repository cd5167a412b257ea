/** Records of one store as objects below its own prefix. */
import { maxPreviewBytes } from '../../../ports/preview-files.ts'
import { maxRecordBytes } from '../../../ports/record-key.ts'
import type { RecordFiles, RecordKey } from '../../../ports/storage.ts'
import type { Verdicts } from './conditions.ts'
import { notAtomic, storageUnavailable } from './errors.ts'
import type { CreateExclusively } from './exclusive.ts'
import type { Keys } from './keys.ts'
import type { S3Objects } from './objects.ts'

export interface RecordFilesOptions {
  objects: S3Objects
  keys: Keys
  verdicts: Verdicts
  create: CreateExclusively
}

const contentType = 'application/json'

/** Creates the store's functions for records. */
export function createRecordFiles({ objects, keys, verdicts, create }: RecordFilesOptions): RecordFiles {
  /** Creates the object while markers keep other creators away. Safe on every server (exclusive.ts). */
  async function createObject(recordKey: RecordKey, text: string): Promise<boolean> {
    const key = keys.record(recordKey)
    const creation = { key, body: text, contentType }
    // Another creator is stuck: deletes the record while this creator's marker still keeps others away from it.
    return (await create(creation, () => objects.delete(key))) === 'created'
  }

  return {
    async createRecord(recordKey, text) {
      const verdict = await verdicts.get()
      if (verdict.conditions !== 'honoured') throw notAtomic(verdict)
      return createObject(recordKey, text)
    },

    addRecord: createObject,

    async readRecord(recordKey) {
      const found = await objects.getAtMost(keys.record(recordKey), maxRecordBytes)
      if (found === 'too_large') throw storageUnavailable(new Error('A record is far too large.'))
      return found && { text: new TextDecoder().decode(found.bytes), revision: found.revision }
    },

    async listRecords(folder) {
      const prefix = `${keys.record(folder)}/`
      return (await objects.list(prefix)).map(({ key }) => key.slice(prefix.length)).filter(Boolean)
    },

    async replaceRecord(recordKey, text) {
      await objects.put(keys.record(recordKey), text, { contentType })
    },

    async readOwnFile(recordKey) {
      const found = await objects.getAtMost(keys.record(recordKey), maxPreviewBytes)
      return found === null || found === 'too_large' ? null : new Uint8Array(found.bytes)
    },

    deleteRecord: (recordKey) => objects.delete(keys.record(recordKey)),
    canCreateAtomically: async () => (await verdicts.get()).conditions === 'honoured',
    async isKnownAtomic() {
      const verdict = await verdicts.peek()
      return verdict && verdict.conditions === 'honoured'
    },
  }
}
