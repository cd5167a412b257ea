/** Bytes of one revision of a file with their checksums: in memory, or in a file on disk that never changes. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import sharp from 'sharp'
import { streamOf } from '../dropbox/stored-bytes.ts'

export interface DriveContent {
  size: number
  md5: string
  sha256: string
  all(): Promise<Uint8Array<ArrayBuffer>>
  /** Streams the bytes from `start` up to `end`, which is included. */
  stream(start: number, end: number): ReadableStream<Uint8Array>
}

const chunkSize = 64 * 1024

export function contentInMemory(bytes: Uint8Array): DriveContent {
  const own = new Uint8Array(bytes)
  const digest = (algorithm: string) => createHash(algorithm).update(own).digest('hex')
  return {
    size: own.length,
    md5: digest('md5'),
    sha256: digest('sha256'),
    all: async () => own,
    stream: (start, end) => streamOf(chunksOf(own.subarray(start, end + 1))),
  }
}

export async function contentOnDisk(path: string): Promise<DriveContent & { modified: Date }> {
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  for await (const chunk of createReadStream(path)) {
    md5.update(chunk)
    sha256.update(chunk)
  }
  const { size, mtime } = await stat(path)
  return {
    size,
    modified: mtime,
    md5: md5.digest('hex'),
    sha256: sha256.digest('hex'),
    all: async () => new Uint8Array(await readFile(path)),
    stream: (start, end) =>
      size === 0
        ? streamOf(chunksOf(new Uint8Array()))
        : (Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream<Uint8Array>),
  }
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += chunkSize) yield bytes.subarray(start, start + chunkSize)
}

export interface ImageFacts {
  width: number
  height: number
  /** Clockwise quarter turns from the stored picture to the upright picture. */
  rotation: number
}

const facts = new WeakMap<DriveContent, Promise<ImageFacts | undefined>>()
const turnsOf: Readonly<Record<number, number>> = { 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3 }

/** Reads the size and the orientation of a picture once. Returns `undefined` for bytes that are no picture. */
export function imageFacts(content: DriveContent): Promise<ImageFacts | undefined> {
  const known = facts.get(content)
  if (known) return known
  const read = readFacts(content)
  facts.set(content, read)
  return read
}

async function readFacts(content: DriveContent): Promise<ImageFacts | undefined> {
  try {
    const { width, height, orientation = 1 } = await sharp(await content.all()).metadata()
    return { width, height, rotation: turnsOf[orientation] ?? 0 }
  } catch {
    return undefined
  }
}
