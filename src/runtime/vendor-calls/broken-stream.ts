/**
 * Guard for a body whose sender stalls or disconnects. Node ends a stalled body only after minutes; a Worker never does. A disconnect
 * surfaces as a stream error without a code.
 */
import { isPublisherError } from '../../base/errors.ts'
import { within } from '../../base/time.ts'

/** Longest wait for the next chunk. */
const silenceMs = 30_000

/**
 * Wraps a body to fail with `failed(cause)` when the sender disconnects or a chunk takes too long. A slow reader does not count as
 * silence.
 */
export function unlessBroken(
  body: ReadableStream<Uint8Array>,
  failed: (cause: unknown) => Error,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const stalled = () => new Error('The body stalled.')
        try {
          const { done, value } = await within(reader.read(), silenceMs, stalled)
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          reader.cancel(error).catch(() => undefined)
          throw isPublisherError(error) ? error : failed(error)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
