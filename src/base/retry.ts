/** Retries with backoff, `Retry-After` and one overall deadline, on top of p-retry. */
import pRetry, { AbortError } from 'p-retry'
import { pause } from './time.ts'

export interface RetryPolicy {
  /** Maximum number of attempts, including the first. */
  attempts: number
  /** First pause, which doubles with each attempt and has jitter. Milliseconds. */
  baseMs: number
  /** Longest pause, and the longest `Retry-After` to wait for. Milliseconds. */
  capMs: number
  /** Timeout of an attempt. Milliseconds. */
  attemptTimeoutMs: number
  /** Timeout of all attempts and pauses together. Milliseconds. */
  deadlineMs: number
}

/** Thrown by an attempt that may succeed when repeated. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError'
  /** Pause that the server asked for by `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** False if the server works and only asks for a pause. */
  readonly isOutage: boolean

  constructor(
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined; isOutage?: boolean } = {},
  ) {
    super(message, { cause: options.cause })
    this.retryAfterMs = options.retryAfterMs
    this.isOutage = options.isOutage ?? true
  }
}

/**
 * Runs `attempt` until it succeeds, throws anything but {@link RetryableError}, or the policy is exhausted. Throws the last
 * error. A `Retry-After` beyond `capMs` ends the retries at once. Each attempt gets a signal that fires at its timeout, at
 * the deadline, or when `signal` fires.
 */
export async function withRetry<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = AbortSignal.timeout(policy.deadlineMs)
  const overall = signal ? AbortSignal.any([deadline, signal]) : deadline
  let lastError: unknown
  const once = async () => {
    try {
      return await attempt(AbortSignal.any([overall, AbortSignal.timeout(policy.attemptTimeoutMs)]))
    } catch (error) {
      lastError = error
      if (error instanceof RetryableError) throw error
      throw new AbortError(error instanceof Error ? error : new Error(String(error)))
    }
  }
  try {
    return await pRetry(once, {
      retries: policy.attempts - 1,
      minTimeout: policy.baseMs,
      maxTimeout: policy.capMs,
      randomize: true,
      signal: overall,
      shouldRetry: ({ error }) =>
        !(error instanceof RetryableError && (error.retryAfterMs ?? 0) > policy.capMs),
      onFailedAttempt: ({ error, retriesLeft }) => {
        const wait = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0
        return wait > 0 && wait <= policy.capMs && retriesLeft > 0 ? pause(wait, overall) : undefined
      },
    })
  } catch (error) {
    // The error of the last attempt says more than the overall abort.
    throw lastError ?? error
  }
}
