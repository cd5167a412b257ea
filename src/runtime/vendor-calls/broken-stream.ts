/**
 * A body whose sender falls silent, or breaks off. Of silence Node makes an end after minutes and a Worker never; an end that came too
 * early is told in the words of the platform's own streams, which name no code.
 */
import { isPublisherError } from '../../base/errors.ts'

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
        let timer: ReturnType<typeof setTimeout> | undefined
        const silence = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new Error('The body stalled.')), silenceMs)
        })
        try {
          const { done, value } = await Promise.race([reader.read(), silence])
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          reader.cancel(error).catch(() => undefined)
          throw isPublisherError(error) ? error : failed(error)
        } finally {
          clearTimeout(timer)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
