/** How often something was done per key, counted for all processes at once. */

export type RateDecision =
  | { allowed: true /** How many more would be allowed at this moment. */; remaining: number }
  | { allowed: false /** After exactly this time the same is allowed again. */; retryAfterMs: number }

export interface RateCounter {
  /**
   * Counts `count` (default 1, at most `limit`) for `key`, unless it is refused, in one atomic step however many processes ask. At most `limit` at once, and per
   * window in the long run. `null` where the count cannot be had in time: the process then counts alone. Never rejects.
   */
  take(
    key: string,
    rate: { limit: number; windowSeconds: number },
    count?: number,
  ): Promise<RateDecision | null>
}
