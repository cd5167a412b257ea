/** Enforces a minimum rate for request bodies: bodies are buffered, so a slow client would hold memory. */
import { PublisherError } from '../base/errors.ts'
import { within } from '../base/time.ts'

export interface Pace {
  /** Longest silence in milliseconds. Received bytes refill this budget, up to the same value. */
  graceMs: number
  /** Bytes that earn one second of waiting. */
  bytesPerSecond: number
}

export interface ArrivingOptions {
  /** Returns the pace to apply now. Called for each chunk. */
  pace(): Pace
  /** Called with the size of each chunk before the chunk is passed on. The time that this takes does not count against the sender. */
  arrived?(bytes: number): Promise<void>
  /** Upper bound on the total time spent waiting for the sender, in milliseconds. Default: none. */
  totalMs?: number
  /** Message of the error, for people. */
  message: string
}

/** Returns the same body. Reading fails with `request_too_slow` if the sender is too slow, or with the error that `arrived` throws. */
export function arriving(
  body: ReadableStream<Uint8Array>,
  { pace, arrived, totalMs = Number.POSITIVE_INFINITY, message }: ArrivingOptions,
): ReadableStream<Uint8Array> {
  // Never cancel the body: on Node that closes the connection before the response is sent.
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
