/** Counts events per key across all processes. */

export type RateDecision =
  | { allowed: true /** Number of events that would be allowed now. */; remaining: number }
  | { allowed: false /** Time until the same call would be allowed. */; retryAfterMs: number }

export interface RateCounter {
  /**
   * Counts `count` events (default 1, at most `limit`) for `key`, atomically across processes. Refused events are not counted. Allows
   * bursts of `limit`, and `limit` per window in the long run. Resolves to `null` if the counter does not answer in time; the process
   * then counts alone. Never rejects.
   */
  take(
    key: string,
    rate: { limit: number; windowSeconds: number },
    count?: number,
  ): Promise<RateDecision | null>
}
