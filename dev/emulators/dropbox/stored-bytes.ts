/** Bytes of one revision of a file: in memory, or in a file on disk that never changes. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'

export interface StoredBytes {
  size: number
  /** Dropbox's content hash. */
  contentHash: string
  all(): Promise<Uint8Array<ArrayBuffer>>
  stream(): ReadableStream<Uint8Array>
}

const blockSize = 4 * 1024 * 1024
const chunkSize = 64 * 1024

export async function bytesInMemory(bytes: Uint8Array): Promise<StoredBytes> {
  const own = new Uint8Array(bytes)
  const { contentHash } = await measure([own])
  return {
    size: own.length,
    contentHash,
    all: async () => own,
    stream: () => streamOf(chunksOf(own)),
  }
}

export async function bytesOnDisk(path: string): Promise<StoredBytes & { modified: Date }> {
  const { size, contentHash } = await measure(createReadStream(path))
  return {
    size,
    contentHash,
    modified: (await stat(path)).mtime,
    all: async () => new Uint8Array(await readFile(path)),
    stream: () => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
  }
}

/**
 * Computes the size and the content hash: SHA-256 over the SHA-256 digests of all blocks of 4 MiB (Dropbox documentation,
 * "Content hash").
 */
async function measure(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const whole = createHash('sha256')
  let block = createHash('sha256')
  let inBlock = 0
  let size = 0
  for await (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0; ) {
      const part = rest.subarray(0, blockSize - inBlock)
      block.update(part)
      inBlock += part.length
      size += part.length
      rest = rest.subarray(part.length)
      if (inBlock < blockSize) continue
      whole.update(block.digest())
      block = createHash('sha256')
      inBlock = 0
    }
  }
  if (inBlock > 0) whole.update(block.digest())
  return { size, contentHash: whole.digest('hex') }
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += chunkSize) yield bytes.subarray(start, start + chunkSize)
}

/** Creates a stream that reads from the source only on demand. */
export function streamOf(
  source: AsyncGenerator<Uint8Array> | Generator<Uint8Array>,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await source.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await source.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
