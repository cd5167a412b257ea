/**
 * Reduces pictures with sharp (libvips) on Node, within the memory of a small dyno. Work on an original or a decoded picture waits until
 * there is room for its bytes.
 */
import sharp from 'sharp'
import { turnBox } from '../../base/picture/fit.ts'
import { readPictureHeader } from '../../base/picture/header.ts'
import { maxPhotoBytes, maxPhotoPixels } from '../../base/picture/limits.ts'
import { phoneFormat } from '../../base/picture/phone-formats.ts'
import { within } from '../../base/time.ts'
import type { ImageReducer, PictureSource, ReducedImage, ReduceOrder, Reduction } from '../../ports/images.ts'
import { type Metrics, noMetrics } from '../../ports/metrics.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'
import { convert, inspectAvif } from './sharp-convert.ts'
import { decodeSeconds, encode, inspect } from './sharp-encode.ts'
import { tooSlow, unreadable } from './sharp-errors.ts'
import { estimateAvifMemory, estimateMemory, fixedBytes } from './sharp-memory.ts'
import { createByteQueue } from './sharp-queue.ts'
import { type Pace, photoTooLarge, readOriginal } from './sharp-source.ts'

export interface SharpReducerOptions {
  /**
   * Bytes for decoded pictures, of all requests together. Default: 350 million, enough for a progressive JPEG of 100
   * megapixels, whose coefficients alone take 300 million. Together with the originals and Node, the default stays below the
   * 512 MB of the smallest dyno. A picture with a higher estimate is `photo_too_large`.
   */
  decodeBudgetBytes?: number
  /**
   * Bytes for compressed originals in memory, of all requests together. Default: the largest original plus 16 MB, so that other
   * requests need not wait until the largest has arrived.
   */
  originalBudgetBytes?: number
  /** Concurrent decodes. Default: 2, which leaves half of libuv's four threads for files and DNS. */
  parallel?: number
  /**
   * Resident memory of the process, in bytes, beyond which no decode begins beside a running decode. The limit covers memory that
   * estimates miss, above all freed blocks that glibc keeps. Default: 460 MB.
   */
  maxResidentBytes?: number
  /** Requests that may wait in each queue; further requests get `busy`. Default: 256. */
  maxWaiting?: number
  /** Minimum speed of an original. Default: 256 kB/s after 10 s. */
  pace?: Pace
  /** Longest wait of a request before its decode begins, in milliseconds. Default: 18,000. */
  patienceMs?: number
  /** Receives the fill levels of the queues. Default: none. */
  metrics?: Metrics
  /** Largest original in bytes. Default: 50 MB. */
  maxBytes?: number
  /** Largest picture in pixels. Default: 110 million. */
  maxPixels?: number
}

const tooMuchMemory =
  'This photo needs more memory to open than this server has. Save it as a baseline (not progressive) JPEG.'

/**
 * Creates the reducer. Also configures sharp for the whole process: sharp opens only JPEG, PNG, WebP and AVIF, caches nothing, and uses
 * one thread per decode.
 *
 * Passes on errors of the source stream unchanged. Also throws `busy` for an original that arrives too slowly.
 */
export function createSharpReducer(options: SharpReducerOptions = {}): ImageReducer {
  const {
    maxBytes = maxPhotoBytes,
    maxPixels = maxPhotoPixels,
    maxWaiting = 256,
    patienceMs = 18_000,
  } = options
  const {
    originalBudgetBytes = maxBytes + 16 * 2 ** 20,
    decodeBudgetBytes = 350_000_000,
    parallel = 2,
    maxResidentBytes = 460 * 2 ** 20,
    pace = { graceMs: 10_000, bytesPerSecond: 256_000 },
    metrics = noMetrics,
  } = options
  const hasRoomFor = (bytes: number) => process.memoryUsage.rss() + bytes <= maxResidentBytes
  // Two queues, because the size of the decoded picture is known only after the original has arrived. They cannot deadlock: a task that
  // runs in the second queue waits for nothing.
  const originals = createByteQueue({ budgetBytes: originalBudgetBytes, maxWaiting })
  const decodes = createByteQueue({ budgetBytes: decodeBudgetBytes, parallel, maxWaiting, hasRoomFor })
  metrics.watch('image_original_bytes', () => originals.takenBytes)
  metrics.watch('image_decode_bytes', () => decodes.takenBytes)
  metrics.watch('image_tasks_waiting', () => originals.waitingTasks + decodes.waitingTasks)
  restrictSharp()

  const runDecode: RunDecode = async (owner, bytes, patience, task) => {
    if (bytes > decodeBudgetBytes) throw photoTooLarge(tooMuchMemory)
    return decodes.run(owner, bytes, patience, task)
  }

  /** Reads the original, runs `work` on it, and settles in time. */
  async function withOriginal<T>(
    { body, size }: PictureSource,
    { owner, signal }: ReduceOrder,
    work: (original: Uint8Array<ArrayBuffer>, patience: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(patienceMs)
    const patience = signal ? AbortSignal.any([signal, timeout]) : timeout
    try {
      if (size > maxBytes) throw photoTooLarge(`The photo is larger than ${maxBytes / 2 ** 20} MB.`)
      const running = originals.run(owner, size, patience, async () => {
        const original = await readOriginal(body, size, patience, pace)
        try {
          return await work(original, patience)
        } finally {
          // Frees the memory when the queue counts it as free, instead of at a later garbage collection.
          original.buffer.transfer(0)
        }
      })
      // libvips cannot be aborted while it reads a header. Overdue work keeps its memory and its slot until it ends.
      const overdue = () => tooSlow(new Error('libvips did not end in time'))
      return await within(running, patienceMs + decodeSeconds * 1000, overdue)
    } catch (error) {
      // Cancelling a stream that has failed rejects, and is not needed.
      await body.cancel(error).catch(() => undefined)
      throw error
    }
  }

  const least = Math.min(fixedBytes, decodeBudgetBytes)
  const reduceAll = (source: PictureSource, reductions: readonly Reduction[], order: ReduceOrder) =>
    withOriginal(source, order, async (original, patience) => {
      const { owner } = order
      refuseByHeader(original, maxPixels)
      const picture = await decodes.run(owner, least, patience, () => inspect(original))
      const results: ReducedImage[] = []
      for (const { box, mediaType } of reductions) {
        const target = turnBox(box, picture.autoOrient)
        const bytes = estimateMemory(picture, original, atMost(target, picture.autoOrient), mediaType)
        const made = await runDecode(owner, bytes, patience, () =>
          encode(original, picture, target, mediaType),
        )
        results.push(made)
      }
      return results
    })

  return {
    async reduce(source, box, mediaType, owner) {
      const [made] = await reduceAll(source, [{ box, mediaType }], { owner })
      if (!made) throw new Error('no result for the only reduction')
      return made
    },
    reduceAll,
    toJpeg: (source, owner) =>
      withOriginal(source, { owner }, async (original, patience) => {
        if (phoneFormat(original) === null) throw unreadable(new Error('neither AVIF nor HEIC'))
        const picture = await decodes.run(owner, least, patience, () => inspectAvif(original))
        refusePixels(picture, maxPixels)
        return runDecode(owner, estimateAvifMemory(picture), patience, () => convert(original, picture))
      }),
  }
}

type RunDecode = ReturnType<typeof createByteQueue>['run']

function restrictSharp(): void {
  sharp.cache(false)
  sharp.concurrency(1)
  sharp.block({ operation: ['VipsForeignLoad'] })
  const pictures = ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp']
  sharp.unblock({ operation: [...pictures, 'VipsForeignLoadHeif'] })
}

/**
 * Refuses a file before libvips reads it. The file is not a picture, has too many pixels, or has more data before its pixels than a
 * photo.
 */
function refuseByHeader(original: Uint8Array, maxPixels: number): void {
  const header = readPictureHeader(original)
  if (typeof header === 'string') throw unreadable(new Error(`the header is ${header}`))
  refusePixels(header, maxPixels)
}

function refusePixels({ width, height }: ThumbnailBox, maxPixels: number): void {
  if (width * height > maxPixels) {
    throw photoTooLarge(`The photo has more than ${Math.floor(maxPixels / 1e6)} megapixels.`)
  }
}

function atMost(box: ThumbnailBox, { width, height }: ThumbnailBox): ThumbnailBox {
  return { width: Math.min(width, box.width), height: Math.min(height, box.height) }
}
