/** Bodies of requests have to keep a pace, since what has arrived lies in memory until the rest is there. */
import { PublisherError } from '../base/errors.ts'
import { within } from '../base/time.ts'

export interface Pace {
  /** The longest silence, and all that can be saved up for one. Milliseconds. */
  graceMs: number
  /** Each so many bytes earn one second of silence. */
  bytesPerSecond: number
}

export interface ArrivingOptions {
  /** The pace that counts at the moment. */
  pace(): Pace
  /** Told of each piece before it is passed on; the sender's time stands still meanwhile. */
  arrived?(bytes: number): Promise<void>
  /** Upper bound on all waiting for the sender together. Milliseconds. Default: none. */
  totalMs?: number
  /** Tells a person what was too slow. */
  message: string
}

/** The same body, which fails with `request_too_slow` where the sender is, and with what `arrived` throws. */
export function arriving(
  body: ReadableStream<Uint8Array>,
  { pace, arrived, totalMs = Number.POSITIVE_INFINITY, message }: ArrivingOptions,
): ReadableStream<Uint8Array> {
  // The body is never cancelled: on Node that would end the connection, and with it the answer.
  const reader = body.getReader()
  const tooSlow = () => new PublisherError('request_too_slow', message)
  let leftMs = pace().graceMs
  let leftInAllMs = totalMs
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const startedAt = performance.now()
        const { done, value } = await within(reader.read(), Math.min(leftMs, leftInAllMs), tooSlow)
        if (done) return controller.close()
        const waitedMs = performance.now() - startedAt
        const { graceMs, bytesPerSecond } = pace()
        const earnedMs = (value.length / bytesPerSecond) * 1000
        leftMs = Math.min(graceMs, leftMs - waitedMs + earnedMs)
        leftInAllMs -= waitedMs
        await arrived?.(value.length)
        controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}
