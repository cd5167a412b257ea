/** The body of a request that has to keep a pace, since what has arrived of it lies in memory until the rest is there. */
import { PublisherError } from '../errors.ts'

export interface Pace {
  /** The longest silence, and all that can be saved up for one. Milliseconds. */
  graceMs: number
  /** Each so many bytes earn one second of silence. */
  bytesPerSecond: number
}

export interface ArrivingOptions {
  /** What is asked for now. */
  pace(): Pace
  /** Told of each piece before it is passed on; the sender's time stands still meanwhile. */
  arrived(bytes: number): Promise<void>
}

/** The same body, which fails with `request_too_slow` where the sender is, and with what `arrived` throws. */
export function arriving(
  body: ReadableStream<Uint8Array>,
  { pace, arrived }: ArrivingOptions,
): ReadableStream<Uint8Array> {
  // The body is never cancelled: on Node that would end the connection, and with it the answer.
  const reader = body.getReader()
  let leftMs = pace().graceMs
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const startedAt = performance.now()
        const { done, value } = await within(reader.read(), leftMs)
        if (done) return controller.close()
        const { graceMs, bytesPerSecond } = pace()
        const earnedMs = (value.length / bytesPerSecond) * 1000
        leftMs = Math.min(graceMs, leftMs - (performance.now() - startedAt) + earnedMs)
        await arrived(value.length)
        controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow(): PublisherError {
  return new PublisherError(
    'request_too_slow',
    'The photo arrived too slowly, so it was given up. Try again where the connection is better.',
  )
}
