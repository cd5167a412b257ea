/** Reads the beginning of a stream and passes the whole stream on, holding only the beginning in memory. */
import { PublisherError } from '../../../base/errors.ts'
import { type PictureHeader, pictureFacts } from '../../../base/picture/header.ts'
import { createInput, joined } from '../../../base/picture/input.ts'

export interface PeekedPicture {
  header: PictureHeader
  /**
   * The whole stream; fails with `photo_too_large` beyond the limit. A JPEG gets an end marker appended, because the service refuses
   * a complete picture without an end marker.
   */
  body: ReadableStream<Uint8Array>
  /** Returns the error that `body` failed with, if any. A reader of `body` may report a less precise error. */
  failure(): unknown
}

/**
 * Reads until the type and size of the picture are known. Throws `photo_unreadable` for a file that is not a JPEG, PNG or WebP, and
 * passes on errors of the stream. Cancels the stream in both cases.
 */
export async function peekPicture(
  source: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<PeekedPicture> {
  const reader = source.getReader()
  const input = createInput()
  const reading = pictureFacts(input)
  const begin: Uint8Array[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (value) {
        begin.push(value)
        input.push(value)
      } else if (done) input.end()
      const step = reading.next()
      if (!step.done) continue
      if (typeof step.value === 'string') throw unreadable()
      const isJpeg = step.value.mediaType === 'image/jpeg'
      return { header: step.value, ...rejoined(joined(begin), reader, maxBytes, isJpeg ? jpegEnd : nothing) }
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined)
    throw error
  }
}

export function unreadable(cause?: unknown): PublisherError {
  return new PublisherError(
    'photo_unreadable',
    'This file is damaged, or it is not a JPEG, PNG or WebP photo.',
    {
      cause,
    },
  )
}

const jpegEnd = Uint8Array.of(0xff, 0xd9)
const nothing = new Uint8Array(0)

function rejoined(
  begin: Uint8Array,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  end: Uint8Array,
): Omit<PeekedPicture, 'header'> {
  let failure: unknown
  let length = begin.length
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(begin),
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            if (end.length > 0) controller.enqueue(end)
            return controller.close()
          }
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
