/** Operations on a file, each safe to repeat after a lost answer. */
import { PublisherError } from '../../../base/errors.ts'
import {
  type DropboxEntry,
  type DropboxFile,
  entrySchema,
  fileSchema,
  isFile,
  relocationSchema,
} from './answers.ts'
import type { DropboxApi, SmallDropboxFile } from './api.ts'
import { contentHash } from './content-hash.ts'
import { isRefusal } from './errors.ts'

/** Condition of a write: always, only if the path is free, or only over this revision. */
type WriteCondition = 'always' | 'absent' | { rev: string }

/** Format of Dropbox's revisions (`Rev` in its specification). */
const revision = /^[0-9a-f]{9,}$/

/** Checks if Dropbox would accept the revision of a write. No revision is acceptable. */
export function isRevision(ifRevision: string | null | undefined): boolean {
  return typeof ifRevision !== 'string' || revision.test(ifRevision)
}

/** Returns the condition of a write: over this revision, over no file for `null`, or always for `undefined`. */
export function conditionFor(ifRevision: string | null | undefined): WriteCondition {
  if (ifRevision === undefined) return 'always'
  return ifRevision === null ? 'absent' : { rev: ifRevision }
}

/** Files of a Dropbox. All functions take full paths, and throw the errors of {@link DropboxApi}. */
export interface DropboxFiles {
  /** Returns the entry at this path, or `null`. */
  find(path: string): Promise<DropboxEntry | null>
  /** Returns the file at this path, or `null`, also for a folder. */
  findFile(path: string): Promise<DropboxFile | null>
  /** Returns the whole file, `too_large` beyond the limit, or `null` if the file is missing. */
  readAtMost(path: string, maxBytes: number): Promise<SmallDropboxFile | 'too_large' | null>
  /** Writes the file. Returns `null` if the condition failed. */
  write(path: string, content: string | Uint8Array, condition: WriteCondition): Promise<DropboxFile | null>
  /** Removes the file if it still has this revision. */
  remove(path: string, rev: string): Promise<'removed' | 'absent' | 'changed'>
  /** Removes the file at any revision, but never a folder. Returns false if the file was missing. */
  removeAny(path: string): Promise<boolean>
  /** Renames `file` without overwriting. */
  move(file: DropboxFile, from: string, to: string): Promise<'moved' | 'taken' | 'absent'>
  /** Copies without overwriting. `file` is the copy, present only for the outcome `copied`. */
  copy(
    from: string,
    to: string,
  ): Promise<{ outcome: 'copied'; file: DropboxFile } | { outcome: 'taken' | 'absent' }>
}

const maxAttemptsAtChanging = 5

/** Creates the files of one store. */
export function createDropboxFiles(api: DropboxApi): DropboxFiles {
  async function find(path: string) {
    try {
      return await api.read(entrySchema, (sdk, options) => sdk.filesGetMetadata({ path }, options))
    } catch (error) {
      if (isRefusal(error, 'path/not_found', 'path/malformed_path')) return null
      throw error
    }
  }

  async function findFile(path: string) {
    const found = await find(path)
    return found && isFile(found) ? found : null
  }

  async function remove(path: string, rev: string) {
    try {
      await api.write(relocationSchema, (sdk, options) =>
        sdk.filesDeleteV2({ path, parent_rev: rev }, options),
      )
      return 'removed'
    } catch (error) {
      if (isRefusal(error, 'path_lookup/not_found')) return error.unsettled ? 'removed' : 'absent'
      if (isRefusal(error, 'path_write/conflict', 'path_lookup/not_file')) return 'changed'
      throw error
    }
  }

  return {
    find,
    findFile,
    remove,
    async readAtMost(path, maxBytes) {
      try {
        return await api.downloadAtMost(path, maxBytes)
      } catch (error) {
        if (isRefusal(error, 'path/not_found', 'path/not_file', 'path/malformed_path')) return null
        throw error
      }
    },
    write: (path, content, condition) => write(api, findFile, path, content, condition),
    async removeAny(path) {
      for (let attempt = 1; attempt <= maxAttemptsAtChanging; attempt++) {
        const file = await findFile(path)
        if (!file) return false
        const outcome = await remove(path, file.rev)
        if (outcome !== 'changed') return outcome === 'removed'
      }
      throw new PublisherError('storage_unavailable', 'The file keeps changing. Try again later.')
    },
    async move(file, from, to) {
      try {
        const paths = { from_path: from, to_path: to, autorename: false }
        await api.write(relocationSchema, (sdk, options) => sdk.filesMoveV2(paths, options))
        return 'moved'
      } catch (error) {
        const absent = isRefusal(error, 'from_lookup/not_found')
        if (!absent && !isRefusal(error, 'to/conflict')) throw error
        // A file keeps its id when it moves. The same id at the target: this call or a concurrent call has moved the file.
        if ((await findFile(to))?.id === file.id) return 'moved'
        return absent ? 'absent' : 'taken'
      }
    },
    async copy(from, to) {
      try {
        const paths = { from_path: from, to_path: to, autorename: false }
        const { metadata } = await api.write(relocationSchema, (sdk, options) =>
          sdk.filesCopyV2(paths, options),
        )
        return isFile(metadata) ? { outcome: 'copied', file: metadata } : { outcome: 'absent' }
      } catch (error) {
        if (isRefusal(error, 'from_lookup/not_found')) return { outcome: 'absent' }
        if (isRefusal(error, 'to/conflict')) return { outcome: 'taken' }
        throw error
      }
    },
  }
}

async function write(
  api: DropboxApi,
  findFile: DropboxFiles['findFile'],
  path: string,
  content: string | Uint8Array,
  condition: WriteCondition,
): Promise<DropboxFile | null> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const contents = new Uint8Array(bytes)
  const argument = {
    path,
    contents,
    content_hash: await contentHash(contents),
    mode: modeFor(condition),
    autorename: false,
    // Without `strict_conflict`, Dropbox reports success for equal bytes at a taken path, and two claimants would both win.
    strict_conflict: condition !== 'always',
    mute: true,
  }
  try {
    return await api.write(fileSchema, (sdk, options) => sdk.filesUpload(argument, options))
  } catch (error) {
    if (condition === 'always' || !isRefusal(error, 'path/conflict')) throw error
    if (!error.unsettled) return null
    const there = await findFile(path)
    return there?.content_hash === argument.content_hash ? there : null
  }
}

function modeFor(condition: WriteCondition) {
  if (condition === 'always') return { '.tag': 'overwrite' } as const
  if (condition === 'absent') return { '.tag': 'add' } as const
  return { '.tag': 'update', update: condition.rev } as const
}
