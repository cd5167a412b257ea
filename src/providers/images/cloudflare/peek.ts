/** Looks at the beginning of a stream and gives the whole stream on, without holding more than the beginning. */
import { PublisherError } from '../../../errors.ts'
import { type PictureHeader, readPictureHeader } from '../../../workflow/picture/header.ts'

export interface PeekedPicture {
  header: PictureHeader
  /** The stream from its first byte on. It fails with `photo_too_large` beyond the limit. */
  body: ReadableStream<Uint8Array>
  /** Why `body` failed, if it did: whoever reads it may report something less telling. */
  failure(): unknown
}

/** Phones may store a depth map of some MB before the size; what has none by then is refused. */
const maxHeaderBytes = 8 * 2 ** 20

/**
 * Reads until the type and size of the picture are known. Throws `photo_unreadable` for what is no JPEG, PNG or WebP,
 * and whatever the stream fails with; the stream is cancelled then.
 */
export async function peekPicture(
  source: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<PeekedPicture> {
  const reader = source.getReader()
  try {
    const beginning = growingBytes()
    let lookAgainAt = 0
    for (;;) {
      const { done, value } = await reader.read()
      if (value) beginning.add(value)
      const begin = beginning.bytes()
      if (!done && begin.length < lookAgainAt) continue
      // A header is walked from its beginning: looking at each chunk that arrives would be quadratic work.
      lookAgainAt = begin.length + Math.ceil(begin.length / 2)
      const header = readPictureHeader(begin)
      const isHopeless = header === 'incomplete' && (done || begin.length > maxHeaderBytes)
      if (header === 'unsupported' || isHopeless) throw unreadable()
      if (header !== 'incomplete') return { header, ...rejoined(begin, reader, maxBytes) }
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined)
    throw error
  }
}

export function unreadable(cause?: unknown): PublisherError {
  return new PublisherError(
    'photo_unreadable',
    'This file is damaged, or it is no JPEG, PNG or WebP photo.',
    {
      cause,
    },
  )
}

function rejoined(
  begin: Uint8Array,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Omit<PeekedPicture, 'header'> {
  let failure: unknown
  let length = begin.length
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(begin),
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) return controller.close()
          length += value.length
          if (length > maxBytes) throw new PublisherError('photo_too_large', 'The photo is too large.')
          controller.enqueue(value)
        } catch (error) {
          failure = error
          controller.error(error)
          await reader.cancel(error).catch(() => undefined)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { body, failure: () => failure }
}

/** Bytes that arrive in chunks, in one buffer that doubles where it is full. */
function growingBytes() {
  let buffer = new Uint8Array(64 * 1024)
  let length = 0
  return {
    add(chunk: Uint8Array): void {
      if (length + chunk.length > buffer.length) {
        const larger = new Uint8Array(2 * (length + chunk.length))
        larger.set(buffer.subarray(0, length))
        buffer = larger
      }
      buffer.set(chunk, length)
      length += chunk.length
    },
    bytes: () => buffer.subarray(0, length),
  }
}
