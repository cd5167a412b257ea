/** Disk operations of the store. Readers never see half a file, except during a copy on a file system without hard links. */
import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream, createWriteStream, type Stats } from 'node:fs'
import { copyFile, link, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SmallFile } from '../../../ports/sidecar-file.ts'
import { systemCode, unlessMissing } from './local-errors.ts'

export interface LocalFiles {
  names(directory: string): Promise<string[]>
  /** Returns the properties of the entry itself; a symbolic link is not a file. */
  stat(path: string): Promise<Stats>
  /** Opens the file, then streams its bytes. Does not follow links. */
  read(path: string): Promise<ReadableStream<Uint8Array>>
  /** Writes and flushes the stream. Returns the number of bytes. */
  writeStream(path: string, body: ReadableStream<Uint8Array>): Promise<number>
  /** Returns the whole file, `too_large` beyond the limit, or `null` without a file. Reads at most one byte more than the limit. */
  readAtMost(path: string, maxBytes: number): Promise<SmallFile | 'too_large' | null>
  /** Creates the file. Returns false if the file exists. Exactly one of several concurrent callers gets true. */
  createText(path: string, text: string | Uint8Array): Promise<boolean>
  replaceText(path: string, text: string | Uint8Array): Promise<void>
  /** Adds a second name to the file. Returns false if that name exists. */
  linkIfAbsent(existing: string, path: string): Promise<boolean>
  /** Checks if both names have the same bytes: the same file, or equal copies. */
  sameContent(one: string, other: string): Promise<boolean>
  /** Removes the file. Returns false if the file was missing. */
  remove(path: string): Promise<boolean>
}

export function createLocalFiles(): LocalFiles {
  async function stage(path: string, text: string | Uint8Array): Promise<string> {
    const staged = join(dirname(path), `.${randomUUID()}.tmp`)
    await mkdir(dirname(path), { recursive: true })
    const file = await open(staged, 'wx')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    return staged
  }

  async function remove(path: string): Promise<boolean> {
    return (await unlessMissing(unlink(path).then(() => true))) ?? false
  }

  async function linkIfAbsent(existing: string, path: string): Promise<boolean> {
    await mkdir(dirname(path), { recursive: true })
    try {
      await link(existing, path)
      return true
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      if (!withoutHardLinks.has(systemCode(error) ?? '')) throw error
      return copyIfAbsent(existing, path)
    }
  }

  return {
    names: async (directory) => (await unlessMissing(readdir(directory))) ?? [],
    stat: lstat,
    async read(path) {
      const file = await open(path, readWithoutFollowing)
      // Node's own type of the same web stream.
      return Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>
    },

    async writeStream(path, body) {
      await mkdir(dirname(path), { recursive: true })
      const target = createWriteStream(path, { flags: 'wx', flush: true })
      await pipeline(body, target)
      return target.bytesWritten
    },

    async readAtMost(path, maxBytes) {
      const found = await unlessMissing(readAtMost(path, maxBytes))
      if (found === null || found === 'too_large') return found
      return { ...found, revision: createHash('sha256').update(found.bytes).digest('hex') }
    },

    async createText(path, text) {
      const staged = await stage(path, text)
      try {
        return await linkIfAbsent(staged, path)
      } finally {
        await remove(staged)
      }
    },

    replaceText: async (path, text) => rename(await stage(path, text), path),
    linkIfAbsent,

    async sameContent(one, other) {
      const [a, b] = await Promise.all([unlessMissing(lstat(one)), unlessMissing(lstat(other))])
      if (!a || !b) return false
      if (a.ino === b.ino && a.dev === b.dev) return true
      return a.size === b.size && (await digest(one)) === (await digest(other))
    },

    remove,
  }
}

const readWithoutFollowing = constants.O_RDONLY | constants.O_NOFOLLOW
/** Codes of a target on another disk, or of a file system without hard links. */
const withoutHardLinks = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Returns size, modification time and inode of a file as text, which changes with every write. */
export function versionOf({ size, mtimeMs, ino }: Pick<Stats, 'size' | 'mtimeMs' | 'ino'>): string {
  return [size, mtimeMs, ino].map((part) => part.toString(36)).join('-')
}

async function readAtMost(
  path: string,
  maxBytes: number,
): Promise<{ bytes: Uint8Array; version: string } | 'too_large' | null> {
  // Without O_NONBLOCK, opening a named pipe would block a thread until the other end opens.
  const file = await open(path, readWithoutFollowing | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) return null
    if (stats.size > maxBytes) return 'too_large'
    // The file may grow during the read.
    const buffer = new Uint8Array(maxBytes + 1)
    let length = 0
    while (length <= maxBytes) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length)
      if (bytesRead === 0) return { bytes: buffer.subarray(0, length), version: versionOf(stats) }
      length += bytesRead
    }
    return 'too_large'
  } finally {
    await file.close()
  }
}

async function copyIfAbsent(existing: string, path: string): Promise<boolean> {
  try {
    await copyFile(existing, path, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
