/**
 * Reduces pictures with sharp (libvips) on Node, within the memory of a small dyno: work that needs the original or the
 * decoded picture waits until there is room for its bytes.
 */
import sharp from 'sharp'
import { turnBox } from '../../base/picture/fit.ts'
import { readPictureHeader } from '../../base/picture/header.ts'
import { maxPhotoBytes, maxPhotoPixels } from '../../base/picture/limits.ts'
import { phoneFormat } from '../../base/picture/phone-formats.ts'
import { within } from '../../base/time.ts'
import type { ImageReducer, ReducedImage } from '../../ports/images.ts'
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
   * megapixels, whose coefficients alone take 300 million. With the originals and Node itself that stays below the
   * 512 MB of the smallest dyno. What is estimated above it is `photo_too_large`.
   */
  decodeBudgetBytes?: number
  /**
   * Bytes for compressed originals in memory, of all requests together. Default: one of the largest size, and 16 MB for the others
   * who would otherwise wait until it has arrived.
   */
  originalBudgetBytes?: number
  /** Decodes at the same time. Default: 2, which leaves half of libuv's four threads to files and DNS. */
  parallel?: number
  /**
   * Resident memory of the process, in bytes, beyond which no second decode begins beside a running one. It catches
   * what estimates cannot know, above all freed blocks that glibc does not give back. Default: 460 MB.
   */
  maxResidentBytes?: number
  /** Requests that may wait; a further one is `busy`. Default: 256. */
  maxWaiting?: number
  /** How slowly an original may arrive. Default: 256 kB/s after 10 s. */
  pace?: Pace
  /** How long a request may wait before its decode begins, in ms. Default: 18,000. */
  patienceMs?: number
  /** Told how full the queues are. Default: nobody is. */
  metrics?: Metrics
  /** Largest original in bytes. Default: 50 MB. */
  maxBytes?: number
  /** Largest picture in pixels. Default: 110 million. */
  maxPixels?: number
}

const tooMuchMemory =
  'This photo needs more memory to open than this server has. Save it as a baseline (not progressive) JPEG.'

/**
 * Creates the reducer. It also sets sharp up for the whole process: JPEG, PNG, WebP and AVIF are the only formats that can be
 * opened, nothing is cached, and one decode uses one thread.
 *
 * Errors of the source stream are passed on as they are. `busy` is also thrown for an original that arrives too slowly.
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
  // Two queues, because the size of the decoded picture is known only when the original is there. They cannot block
  // each other: who holds a place in the second waits for nothing.
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

  /** Reads the original, has `work` done with it, and ends in time. */
  async function withOriginal(
    { body, size }: PictureSource,
    owner: string,
    work: (original: Uint8Array<ArrayBuffer>, patience: AbortSignal) => Promise<ReducedImage>,
  ): Promise<ReducedImage> {
    const patience = AbortSignal.timeout(patienceMs)
    try {
      if (size > maxBytes) throw photoTooLarge(`The photo is larger than ${maxBytes / 2 ** 20} MB.`)
      const running = originals.run(owner, size, patience, async () => {
        const original = await readOriginal(body, size, patience, pace)
        try {
          return await work(original, patience)
        } finally {
          // Frees the memory now, when the queue counts it as free, and not at some later collection.
          original.buffer.transfer(0)
        }
      })
      // libvips cannot be stopped while it reads a header: the work goes on, and holds its memory and its place, until it has really ended.
      const overdue = () => tooSlow(new Error('libvips did not end in time'))
      return await within(running, patienceMs + decodeSeconds * 1000, overdue)
    } catch (error) {
      // A stream that failed by itself cannot be cancelled, and need not be.
      await body.cancel(error).catch(() => undefined)
      throw error
    }
  }

  const least = Math.min(fixedBytes, decodeBudgetBytes)
  return {
    reduce: (source, box, mediaType, owner) =>
      withOriginal(source, owner, async (original, patience) => {
        refuseByHeader(original, maxPixels)
        const picture = await decodes.run(owner, least, patience, () => inspect(original))
        const target = turnBox(box, picture.autoOrient)
        const bytes = estimateMemory(picture, original, atMost(target, picture.autoOrient), mediaType)
        return runDecode(owner, bytes, patience, () => encode(original, picture, target, mediaType))
      }),
    toJpeg: (source, owner) =>
      withOriginal(source, owner, async (original, patience) => {
        if (phoneFormat(original) === null) throw unreadable(new Error('neither AVIF nor HEIC'))
        const picture = await decodes.run(owner, least, patience, () => inspectAvif(original))
        refusePixels(picture, maxPixels)
        return runDecode(owner, estimateAvifMemory(picture), patience, () => convert(original, picture))
      }),
  }
}

type PictureSource = Parameters<ImageReducer['reduce']>[0]
type RunDecode = ReturnType<typeof createByteQueue>['run']

function restrictSharp(): void {
  sharp.cache(false)
  sharp.concurrency(1)
  sharp.block({ operation: ['VipsForeignLoad'] })
  const pictures = ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp']
  sharp.unblock({ operation: [...pictures, 'VipsForeignLoadHeif'] })
}

/**
 * Refuses what is no picture, is too large, or carries more before its pixels than a photo does, before libvips sees a byte of it.
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
