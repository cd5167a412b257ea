/** Retries with back-off, `Retry-After` and one overall deadline: p-retry plus what it leaves to its caller. */
import pRetry, { AbortError } from 'p-retry'
import { pause } from './time.ts'

export interface RetryPolicy {
  /** How often to try in all, the first time included. */
  attempts: number
  /** First pause; it doubles with each attempt and is jittered. Milliseconds. */
  baseMs: number
  /** Longest pause, and the longest `Retry-After` that is waited for. Milliseconds. */
  capMs: number
  /** Limit of one attempt. Milliseconds. */
  attemptTimeoutMs: number
  /** Limit of everything together. Milliseconds. */
  deadlineMs: number
}

/** Thrown by an attempt that may succeed when repeated. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError'
  /** What the server asked for by `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** False where the server is well and only asks for a pause. */
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
 * Runs `attempt` until it succeeds, throws anything but {@link RetryableError}, or the policy is exhausted; the last
 * error is thrown. A `Retry-After` beyond `capMs` ends it at once. The signal given to an attempt fires when that
 * attempt's time, the deadline or `signal` is over.
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
    // An abort of the whole says less than what the last attempt ran into.
    throw lastError ?? error
  }
}
