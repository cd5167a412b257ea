/**
 * Reduces pictures with sharp (libvips) on Node, within the memory of a small dyno. Work on an original or a decoded picture waits until
 * there is room for its bytes.
 */
import sharp from 'sharp'
import { readPictureHeader } from '../../base/picture/header.ts'
import { maxPhotoBytes, maxPhotoPixels } from '../../base/picture/limits.ts'
import { phoneFormat } from '../../base/picture/phone-formats.ts'
import type { ImageReducer, ReducedImage } from '../../ports/images.ts'
import { type Metrics, noMetrics } from '../../ports/metrics.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'
import { convert, inspectAvif } from './sharp-convert.ts'
import { encodeAll, inspect } from './sharp-encode.ts'
import { unreadable } from './sharp-errors.ts'
import { estimateAvifMemory, estimateMemory, fixedBytes } from './sharp-memory.ts'
import { createByteQueue, type Turn } from './sharp-queue.ts'
import { createReading } from './sharp-reading.ts'
import { type Pace, photoTooLarge } from './sharp-source.ts'
import { resultOf, type Target, targetOf } from './sharp-target.ts'

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
  const decodes = createByteQueue({ budgetBytes: decodeBudgetBytes, parallel, maxWaiting, hasRoomFor })
  const originals = createByteQueue({
    budgetBytes: originalBudgetBytes,
    maxWaiting,
    // An original that arrives ahead would hold memory that clients wait for.
    isCalm: () => decodes.waitingClients === 0,
  })
  metrics.watch('image_original_bytes', () => originals.takenBytes)
  metrics.watch('image_decode_bytes', () => decodes.takenBytes)
  metrics.watch('image_tasks_waiting', () => originals.waitingTasks + decodes.waitingTasks)
  restrictSharp()

  const withOriginal = createReading({ originals, maxBytes, patienceMs, pace })
  const inspecting = <T>(turn: Turn, task: () => Promise<T>) =>
    decodes.run(turn, Math.min(fixedBytes, decodeBudgetBytes), task)
  const decoding = async <T>(turn: Turn, bytes: number, task: () => Promise<T>) => {
    if (bytes > decodeBudgetBytes) throw photoTooLarge(tooMuchMemory)
    return decodes.run(turn, bytes, task)
  }

  const reduceAll: ImageReducer['reduceAll'] = async (source, reductions, order) => {
    if (reductions.length === 0) {
      await source.body.cancel()
      return []
    }
    return withOriginal(source, order, async (original, turn) => {
      refuseByHeader(original, maxPixels)
      const picture = await inspecting(turn, () => inspect(original))
      const targets = reductions.map((reduction) => targetOf(reduction, picture.autoOrient))
      const need = (some: readonly Target[]) => estimateMemory(picture, original, some.map(resultOf))
      const make = async (some: readonly Target[]): Promise<ReducedImage[]> => {
        const affordable = need(some) <= decodeBudgetBytes ? some : some.map(asWebp)
        if (need(affordable) <= decodeBudgetBytes || some.length === 1) {
          return decoding(turn, need(affordable), () => encodeAll(original, picture, affordable))
        }
        // The pixels of a cropped panorama may be too many to keep, but need not be kept for one picture.
        const made: ReducedImage[] = []
        for (const target of some) made.push(...(await make([target])))
        return made
      }
      return order.onFirst ? firstAlone(targets, make, order.onFirst) : make(targets)
    })
  }

  return {
    async reduce(source, box, mediaType, owner) {
      const [made] = await reduceAll(source, [{ box, mediaType }], { owner })
      if (!made) throw new Error('no result for the only reduction')
      return made
    },
    reduceAll,
    toJpeg: (source, owner) =>
      withOriginal(source, { owner }, async (original, turn) => {
        if (phoneFormat(original) === null) throw unreadable(new Error('neither AVIF nor HEIC'))
        const picture = await inspecting(turn, () => inspectAvif(original))
        refusePixels(picture, maxPixels)
        return decoding(turn, estimateAvifMemory(picture), () => convert(original, picture))
      }),
  }
}

/** Replaces AVIF, whose encoder needs four times as much memory. */
function asWebp(target: Target): Target {
  return target.mediaType === 'image/avif' ? { ...target, mediaType: 'image/webp' } : target
}

/** Makes the first target by a decode of its own, because a decode for the largest would take longer. Then makes the others. */
async function firstAlone(
  [first, ...others]: readonly Target[],
  make: (targets: readonly Target[]) => Promise<ReducedImage[]>,
  onFirst: (picture: ReducedImage) => void,
): Promise<ReducedImage[]> {
  const made = first ? await make([first]) : []
  for (const picture of made) onFirst(picture)
  return others.length === 0 ? made : [...made, ...(await make(others))]
}

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
