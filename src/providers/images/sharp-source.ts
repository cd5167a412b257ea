/** Takes an original into memory, once and never more of it than was agreed. */
import { PublisherError } from '../../base/errors.ts'

/** What a storage has to manage, lest its tenant's originals keep room that others wait for. */
export interface Pace {
  /** For the first byte, and for all later pauses together. Milliseconds. */
  graceMs: number
  /** Each so many bytes earn one second more. */
  bytesPerSecond: number
}

const jpegEnd = Uint8Array.of(0xff, 0xd9)
const startOfScan = 0xda

/**
 * Reads the stream into one buffer, which has room for {@link withEndMark} behind the picture. Throws `photo_too_large` for a stream that goes on beyond that,
 * `busy` when `patience` ends first or the stream is slower than `pace`, and whatever the stream fails with. The stream is cancelled
 * in each case.
 */
export async function readOriginal(
  body: ReadableStream<Uint8Array>,
  size: number,
  patience: AbortSignal,
  pace: Pace,
): Promise<Uint8Array<ArrayBuffer>> {
  const original = new Uint8Array(size + jpegEnd.length)
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
      // A cancelled stream ends like a complete one.
      if (isTooSlow) throw tooSlow()
      if (done) return original.subarray(0, length)
      if (length + value.length > size) throw photoTooLarge('The photo is larger than its storage says.')
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

/** Gives an original of {@link readOriginal} with the end marker of a JPEG behind it, in the same memory. */
export function withEndMark(original: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const marked = new Uint8Array(original.buffer, 0, original.length + jpegEnd.length)
  marked.set(jpegEnd, original.length)
  return marked
}

/**
 * Gives the original with the only values that the scan header of a sequential JPEG may have (ITU-T T.81, section B.2.3), in the same
 * memory. Only the first scan is set right.
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
