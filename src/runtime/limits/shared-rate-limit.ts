/** Rate limit that several processes share. Without the shared counter each process enforces the limit alone. */
import type { RateCounter } from '../../ports/rate-counter.ts'
import { createRateLimiter, type RateDecision, type RateLimitOptions } from './rate-limit.ts'

export interface SharedRateLimitOptions extends RateLimitOptions {
  /** Prefix of the keys in the counter. */
  name: string
  /** Counts for all processes. Default: each process counts alone. */
  counter?: RateCounter | undefined
}

/** Works like `RateLimiter.take`. */
export interface SharedTake {
  (key: string, count?: number): Promise<RateDecision>
  /** Refunds in this process only; the shared counter keeps its count. */
  giveBack(key: string): void
}

/**
 * Creates a limiter. The local count is a part of the shared count, so a local refusal needs no call to the counter. Refusals of
 * the counter are remembered locally. While the counter is unavailable, each process enforces the limit alone.
 */
export function createSharedTake(options: SharedRateLimitOptions): SharedTake {
  const { name, counter, limit, windowSeconds } = options
  const limiter = createRateLimiter(options)
  /** Debt of a key that has exactly `count` calls left. */
  const owedMs = (count: number) => Math.ceil((windowSeconds * 1000) / limit) * Math.max(0, limit - count)
  const take = async (key: string, count = 1): Promise<RateDecision> => {
    const own = limiter.take(key, count)
    if (!counter || !own.allowed) return own
    const decision = (await counter.take(`rate:${name}:${key}`, { limit, windowSeconds }, count)) ?? own
    if (!decision.allowed) {
      limiter.giveBack(key, count)
      limiter.learn(key, owedMs(count) + decision.retryAfterMs)
    }
    return decision
  }
  return Object.assign(take, { giveBack: (key: string) => limiter.giveBack(key) })
}
