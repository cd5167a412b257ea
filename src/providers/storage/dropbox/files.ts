/** What can be done with one file, each safe to repeat when an answer got lost. */
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

/** When a text may be written: whatever there is, only where nothing is, or only over this revision. */
type WriteCondition = 'always' | 'absent' | { rev: string }

/** All functions take full paths of the Dropbox and throw as {@link DropboxApi} does. */
export interface DropboxFiles {
  /** `null` where nothing has this path. */
  find(path: string): Promise<DropboxEntry | null>
  /** Like {@link find}; a folder of this name counts as nothing. */
  findFile(path: string): Promise<DropboxFile | null>
  /** The whole file, `too_large` beyond the limit, `null` where there is none. */
  readAtMost(path: string, maxBytes: number): Promise<SmallDropboxFile | 'too_large' | null>
  /** Gives the file, or `null` where the condition did not hold. */
  write(path: string, content: string | Uint8Array, condition: WriteCondition): Promise<DropboxFile | null>
  /** Removes the file while it is at that revision. */
  remove(path: string, rev: string): Promise<'removed' | 'absent' | 'changed'>
  /** Removes the file at whatever revision, never a folder. Gives whether there was one. */
  removeAny(path: string): Promise<boolean>
  /** Renames `file` without overwriting. */
  move(file: DropboxFile, from: string, to: string): Promise<'moved' | 'taken' | 'absent'>
  /** Copies without overwriting. `file` is the copy; it is missing unless the outcome is `copied`. */
  copy(
    from: string,
    to: string,
  ): Promise<{ outcome: 'copied'; file: DropboxFile } | { outcome: 'taken' | 'absent' }>
}

const maxAttemptsAtChanging = 5

/** The files of one store. */
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
        // A file keeps its id when it moves: this call or its twin has already done it.
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
    // Without it Dropbox takes equal bytes at a taken path for success, and two claimants would both win.
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
