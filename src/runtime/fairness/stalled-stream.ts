/** A body whose sender falls silent. Node ends such a connection after minutes, a Worker never. */

/** Longest silence while somebody wants to read on. Milliseconds. */
const silenceMs = 30_000

/** The same body, which fails with `stalled()` where a piece takes too long. However slowly it is read, that is no silence. */
export function unlessStalled(
  body: ReadableStream<Uint8Array>,
  stalled: () => Error,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let timer: ReturnType<typeof setTimeout> | undefined
        const silence = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(stalled()), silenceMs)
        })
        try {
          const { done, value } = await Promise.race([reader.read(), silence])
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          reader.cancel(error).catch(() => undefined)
          throw error
        } finally {
          clearTimeout(timer)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
