/** Rate limiter per key in the memory of one process. Uses the generic cell rate algorithm (ITU-T I.371). */
import { LRUCache } from 'lru-cache'
import type { RateDecision } from '../../ports/rate-counter.ts'

export type { RateDecision } from '../../ports/rate-counter.ts'

export interface RateLimitOptions {
  /** Size of a burst, and rate per window in the long run. At least 1. */
  limit: number
  windowSeconds: number
  /** Upper bound on remembered keys. The least recently used key is evicted, which resets its limit. Default 10,000. */
  maxKeys?: number
  /** Milliseconds since 1970, whole. */
  now: () => number
}

export interface RateLimiter {
  /** Counts `count` for `key` (default 1, at most the limit). A refused call is not counted, so repeats do not lengthen the wait. */
  take(key: string, count?: number): RateDecision
  /** Refunds `count` (default 1) for `key`. */
  giveBack(key: string, count?: number): void
  /** Time until the key's allowance is full again; 0 for an unknown key. */
  debtMs(key: string): number
  /** Adopts the debt that another process reported, if that debt is larger. */
  learn(key: string, debtMs: number): void
}

/**
 * Creates a limiter. The allowance refills evenly, one per `windowSeconds / limit`, so a client cannot burst twice at the edge of a window.
 * Memory per key is one number.
 */
export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const { limit, windowSeconds, maxKeys = 10_000, now } = options
  // Whole milliseconds, so that sums are exact.
  const intervalMs = Math.ceil((windowSeconds * 1000) / limit)
  const windowMs = intervalMs * limit
  const known = new LRUCache<string, number>({ max: maxKeys })

  /**
   * Returns the time at which the allowance is full again, at most one window ahead. Without the bound, a key would wait for hours after
   * the clock was set back.
   */
  function wholeAt(key: string): number {
    return Math.min(known.get(key) ?? 0, now() + windowMs)
  }

  return {
    debtMs: (key) => Math.max(0, wholeAt(key) - now()),
    take(key, count = 1) {
      const time = now()
      const whole = Math.max(wholeAt(key), time)
      const next = whole + intervalMs * Math.min(count, limit)
      if (next - time > windowMs) {
        known.set(key, whole)
        return { allowed: false, retryAfterMs: next - time - windowMs }
      }
      known.set(key, next)
      return { allowed: true, remaining: Math.floor((windowMs - (next - time)) / intervalMs) }
    },
    giveBack(key, count = 1) {
      if (known.has(key)) known.set(key, wholeAt(key) - intervalMs * Math.min(count, limit))
    },
    learn(key, debtMs) {
      const whole = now() + debtMs
      if (whole > wholeAt(key)) known.set(key, whole)
    },
  }
}
