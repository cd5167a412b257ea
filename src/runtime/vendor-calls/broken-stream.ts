/**
 * A body whose sender falls silent, or breaks off. Of silence Node makes an end after minutes and a Worker never; an end that came too
 * early is told in the words of the platform's own streams, which name no code.
 */
import { isPublisherError } from '../../base/errors.ts'
import { within } from '../../base/time.ts'

/** Longest silence while somebody wants to read on. Milliseconds. */
const silenceMs = 30_000

/**
 * The same body, which fails with `failed(cause)` where it breaks off, or where a piece takes too long. However slowly it is read, that
 * is no silence.
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
