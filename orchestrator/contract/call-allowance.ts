/** Rate limit per service token: the leaky bucket of ITU-T I.371, in the memory of this process. */
import { LRUCache } from 'lru-cache'

/** Upper bound on remembered tokens. */
const maxTokens = 10_000

export interface CallAllowance {
  /** Counts a call of this token. Returns 0, or the milliseconds until the next call is allowed. A refused call is not counted. */
  take(token: string): number
}

interface Bucket {
  /** Content at the time `at`. Whole numbers, so that no fraction of a call is lost: a call adds 60,000, and a millisecond removes `callsPerMinute`. */
  used: number
  at: number
}

const perCall = 60_000

/**
 * Creates the limit: `callsPerMinute` calls at once, and as many per minute in the long run. Used calls return evenly. 0 turns the limit
 * off. Libraries count fixed windows instead, which allow bursts at their edges.
 */
export function createCallAllowance(callsPerMinute: number, now: () => number): CallAllowance {
  if (callsPerMinute === 0) return { take: () => 0 }
  const buckets = new LRUCache<string, Bucket>({ max: maxTokens })
  const room = (callsPerMinute - 1) * perCall

  return {
    take(token) {
      const at = now()
      const before = buckets.get(token) ?? { used: 0, at }
      // Nothing returns while the clock is set back, so a token then waits for one call at most.
      const used = Math.max(0, before.used - Math.max(0, at - before.at) * callsPerMinute)
      const isAllowed = used <= room
      buckets.set(token, { used: isAllowed ? used + perCall : used, at })
      return isAllowed ? 0 : Math.ceil((used - room) / callsPerMinute)
    },
  }
}
