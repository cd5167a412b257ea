/** Streams that are as long as announced, or fail: a photo must not arrive cut off. */
import { PublisherError } from '../../../base/errors.ts'

export interface ExactLength {
  stream: ReadableStream<Uint8Array>
  /** What was wrong with the length, once the stream has failed for it. */
  failure(): PublisherError | undefined
}

/**
 * The same bytes. The last ones wait until the source has ended, because a server that has got as many as announced answers
 * without looking at what follows.
 */
export function exactLength(body: ReadableStream<Uint8Array>, size: number): ExactLength {
  let seen = 0
  let last: Uint8Array | undefined
  let failure: PublisherError | undefined
  const fail = () => {
    failure = new PublisherError('invalid_request', 'The photo is not as long as announced. Send it again.')
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
