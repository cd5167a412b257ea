/** Rate limit per service token: the generic cell rate algorithm (ITU-T I.371), in the memory of this process. */
import { LRUCache } from 'lru-cache'

/** Upper bound on remembered tokens. */
const maxTokens = 10_000

export interface CallAllowance {
  /** Counts a call of this token. Returns 0, or the milliseconds until the next call is allowed. A refused call is not counted. */
  take(token: string): number
}

/**
 * Creates the limit: `callsPerMinute` calls at once, and as many per minute in the long run. Used calls return evenly, one per `60,000 /
 * callsPerMinute` milliseconds. Libraries count fixed windows instead, which allow bursts at their edges.
 */
export function createCallAllowance(callsPerMinute: number, now: () => number): CallAllowance {
  const intervalMs = Math.ceil(60_000 / callsPerMinute)
  const windowMs = intervalMs * callsPerMinute
  /** Times at which the allowance of a token is full again, by the token's name. */
  const wholeAt = new LRUCache<string, number>({ max: maxTokens })

  return {
    take(token) {
      const time = now()
      // At most one window ahead: after the clock is set back, a token must not wait until the clock has caught up.
      const whole = Math.min(Math.max(wholeAt.get(token) ?? time, time), time + windowMs)
      const waitMs = whole + intervalMs - (time + windowMs)
      wholeAt.set(token, waitMs > 0 ? whole : whole + intervalMs)
      return Math.max(0, waitMs)
    },
  }
}
