/** Reads an original into memory once, within the announced size. */
import { PublisherError } from '../../base/errors.ts'

/** Minimum speed of a storage. A slow original would hold memory that other tenants wait for. */
export interface Pace {
  /** Milliseconds for the first byte and all later pauses together. */
  graceMs: number
  /** Bytes that extend the deadline by one second. */
  bytesPerSecond: number
}

const jpegEnd = Uint8Array.of(0xff, 0xd9)
const startOfScan = 0xda

/**
 * Reads the stream into one buffer of `size` bytes, with room for {@link withEndMark} after the picture. Throws `photo_too_large` for a
 * longer stream, and `busy` when `patience` ends first or the stream is slower than `pace`. Passes on errors of the stream. Cancels the
 * stream in each case.
 */
export async function readOriginal(
  body: ReadableStream<Uint8Array>,
  size: number,
  patience: AbortSignal,
  pace: Pace,
): Promise<Uint8Array<ArrayBuffer>> {
  // Filling 50 MB with zeros would take as long as copying them. Only bytes that have arrived are returned.
  const original = Buffer.allocUnsafeSlow(size + jpegEnd.length)
  const reader = body.getReader()
  const startedAt = performance.now()
  let length = 0
  let isTooSlow = patience.aborted
  const giveUp = () => {
    isTooSlow = true
    reader.cancel(tooSlow()).catch(() => undefined)
  }
  const leftMs = () => pace.graceMs + (length / pace.bytesPerSecond) * 1000 - (performance.now() - startedAt)
  const check = () => {
    if (leftMs() > 0) timer = setTimeout(check, Math.ceil(leftMs()))
    else giveUp()
  }
  let timer = setTimeout(check, pace.graceMs)
  patience.addEventListener('abort', giveUp, { once: true })
  try {
    for (;;) {
      const { done, value } = await reader.read()
      // A cancelled stream ends like a complete stream.
      if (isTooSlow) throw tooSlow()
      if (done) return original.subarray(0, length)
      if (length + value.length > size) throw photoTooLarge('The photo is larger than its storage reported.')
      original.set(value, length)
      length += value.length
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined)
    throw error
  } finally {
    clearTimeout(timer)
    patience.removeEventListener('abort', giveUp)
    reader.releaseLock()
  }
}

/** Appends the end marker of a JPEG to an original of {@link readOriginal}, in the same memory. */
export function withEndMark(original: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const marked = new Uint8Array(original.buffer, 0, original.length + jpegEnd.length)
  marked.set(jpegEnd, original.length)
  return marked
}

/**
 * Corrects the header of the first scan, in the same memory. Sets the only values that a sequential JPEG may have there (ITU-T T.81,
 * section B.2.3).
 */
export function withScanHeader(original: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let at = 2; at + 4 <= original.length && original[at] === 0xff; ) {
    const end = at + 2 + (original[at + 2] ?? 0) * 256 + (original[at + 3] ?? 0)
    if (original[at + 1] === startOfScan) {
      if (end <= original.length) original.set([0, 63, 0], end - 3)
      break
    }
    at = end
  }
  return original
}

export function photoTooLarge(message: string): PublisherError {
  return new PublisherError('photo_too_large', message)
}

function tooSlow(): PublisherError {
  return new PublisherError(
    'busy',
    'The photo did not arrive from its storage in time. Try again in a moment.',
    {
      retryAfterMs: 3000,
    },
  )
}
