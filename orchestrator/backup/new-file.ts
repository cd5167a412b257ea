/** Files that exist completely or not at all: written beside their name, synchronised to the disk, and renamed. Node only. */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Refused } from '../registry/sql/refusals.ts'

export interface NewFile {
  path: string
  /** Replaces an existing file. */
  force?: boolean | undefined
}

/**
 * Creates a file that only its owner may read, with the content that `write` writes. Throws {@link Refused} if the file exists or the folder
 * cannot be written. A killed process leaves at most a file with the ending `.partial`.
 */
export async function createFile<T>(file: NewFile, write: (handle: FileHandle) => Promise<T>): Promise<T> {
  await refuseExisting(file)
  const partial = `${file.path}.${crypto.randomUUID().slice(0, 8)}.partial`
  const handle = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw new Refused(`${file.path} cannot be created${codeOf(error)}.`)
  })
  try {
    const result = await write(handle)
    await handle.sync()
    await handle.close()
    await refuseExisting(file)
    await rename(partial, file.path)
    await syncFolder(dirname(file.path))
    return result
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(partial, { force: true })
    throw error
  }
}

async function refuseExisting({ path, force }: NewFile): Promise<void> {
  if (force) return
  if (await stat(path).catch(() => null))
    throw new Refused(`${path} exists already. Choose another name, or replace it with --force.`)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Returns the code of a system error in brackets. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
}
