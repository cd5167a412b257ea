/** Reads an original when there is memory for it, and holds it as long as the work on it takes. */
import { within } from '../../base/time.ts'
import type { PictureSource, ReduceOrder } from '../../ports/images.ts'
import { tooSlow } from './sharp-errors.ts'
import type { ByteQueue, Turn } from './sharp-queue.ts'
import { type Pace, photoTooLarge, readOriginal } from './sharp-source.ts'
import { decodeSeconds } from './sharp-target.ts'

export interface ReadingOptions {
  /** Queue that counts the originals in memory. */
  originals: ByteQueue
  /** Largest original in bytes. */
  maxBytes: number
  /** Longest wait before the decode begins, in milliseconds. */
  patienceMs: number
  pace: Pace
}

/** Reads the original, runs the work on it in the same turn, and settles in time. */
export type WithOriginal = <T>(
  source: PictureSource,
  order: ReduceOrder,
  work: (original: Uint8Array<ArrayBuffer>, turn: Turn) => Promise<T>,
) => Promise<T>

/** Creates the function that reads originals. Cancels a source that is not read to its end. */
export function createReading({ originals, maxBytes, patienceMs, pace }: ReadingOptions): WithOriginal {
  return async ({ body, size }, { owner, isAhead, signal }, work) => {
    const timeout = AbortSignal.timeout(patienceMs)
    const patience = signal ? AbortSignal.any([signal, timeout]) : timeout
    const turn = { owner, isAhead, patience }
    try {
      if (size > maxBytes) throw photoTooLarge(`The photo is larger than ${maxBytes / 2 ** 20} MB.`)
      const running = originals.run(turn, size, async () => {
        const original = await readOriginal(body, size, patience, pace)
        try {
          return await work(original, turn)
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
}
