/** How often something may be done per key, in the memory of one process: the generic cell rate algorithm (ITU-T I.371). */
import { LRUCache } from 'lru-cache'
import type { RateDecision } from '../../ports/rate-counter.ts'

export type { RateDecision } from '../../ports/rate-counter.ts'

export interface RateLimitOptions {
  /** How many are allowed at once, and per window in the long run. At least 1. */
  limit: number
  windowSeconds: number
  /** Keys remembered; beyond it the one that is longest unused is forgotten, which allows too much, never too little. Default 10,000. */
  maxKeys?: number
  /** Milliseconds since 1970, whole. */
  now: () => number
}

export interface RateLimiter {
  /** Counts `count` (default 1, at most the limit) for `key`, unless it is refused: who is refused does not wait longer by asking again. */
  take(key: string, count?: number): RateDecision
  /** Takes them back, for what turned out not to count. */
  giveBack(key: string, count?: number): void
  /** Milliseconds until the key's allowance is whole again; 0 for an unknown key. */
  debtMs(key: string): number
  /** Takes over a debt that another process knows of, where it is larger. */
  learn(key: string, debtMs: number): void
}

/**
 * Makes a limiter. A used allowance comes back evenly, one per `windowSeconds / limit`, so nobody can wait for the edge of a
 * window to burst twice. Memory per key is one number, however many requests come.
 */
export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const { limit, windowSeconds, maxKeys = 10_000, now } = options
  // Whole milliseconds, so that sums are exact.
  const intervalMs = Math.ceil((windowSeconds * 1000) / limit)
  const windowMs = intervalMs * limit
  const known = new LRUCache<string, number>({ max: maxKeys })

  /**
   * When the allowance is whole again. Never further than one window ahead: after a clock was set back, a key must not wait
   * until it has caught up.
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
