/** Takes an original into memory, once and never more of it than was agreed. */
import { PublisherError } from '../../errors.ts'

/**
 * Reads the stream into one buffer of `size` bytes. Throws `photo_too_large` for a stream that goes on beyond that,
 * `busy` when `patience` ends first, and whatever the stream fails with. The stream is cancelled in each case.
 */
export async function readOriginal(
  body: ReadableStream<Uint8Array>,
  size: number,
  patience: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const original = new Uint8Array(size)
  const reader = body.getReader()
  const giveUp = () => {
    reader.cancel(patience.reason).catch(() => undefined)
  }
  patience.addEventListener('abort', giveUp, { once: true })
  try {
    let length = 0
    for (;;) {
      const { done, value } = await reader.read()
      // A cancelled stream ends like a complete one.
      if (patience.aborted) throw tooSlow()
      if (done) return original.subarray(0, length)
      if (length + value.length > size) throw photoTooLarge('The photo is larger than its storage says.')
      original.set(value, length)
      length += value.length
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined)
    throw error
  } finally {
    patience.removeEventListener('abort', giveUp)
    reader.releaseLock()
  }
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
