/** Streams that fail unless they have the announced length, so that no truncated photo is stored. */
import { PublisherError } from '../../../base/errors.ts'

export interface ExactLength {
  stream: ReadableStream<Uint8Array>
  /** Returns the error once the stream has failed because of its length. */
  failure(): PublisherError | undefined
}

/**
 * Passes the bytes through. Holds back the last chunk until the source has ended, because a server answers as soon as it has the announced
 * number of bytes.
 */
export function exactLength(body: ReadableStream<Uint8Array>, size: number): ExactLength {
  let seen = 0
  let last: Uint8Array | undefined
  let failure: PublisherError | undefined
  const fail = () => {
    failure = new PublisherError(
      'invalid_request',
      'The photo does not have the announced size. Send it again.',
    )
    return failure
  }
  const checked = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      seen += chunk.length
      if (seen > size) throw fail()
      if (seen < size) controller.enqueue(chunk)
      else last ??= chunk
    },
    flush(controller) {
      if (seen < size) throw fail()
      if (last) controller.enqueue(last)
    },
  })
  return { stream: body.pipeThrough(checked), failure: () => failure }
}
