/** One limit for several processes, which each of them can keep alone as well. */
import type { RateCounter } from '../../ports/rate-counter.ts'
import { createRateLimiter, type RateDecision, type RateLimitOptions } from './rate-limit.ts'

export interface SharedRateLimitOptions extends RateLimitOptions {
  /** Begins the keys of the counter. */
  name: string
  /** Counts for all processes; without it each process counts alone. */
  counter?: RateCounter | undefined
}

/** See `RateLimiter.take`. */
export interface SharedTake {
  (key: string, count?: number): Promise<RateDecision>
  /** Takes it back in this process; what the counter has counted stays. */
  giveBack(key: string): void
}

/**
 * Makes a limiter. What this process alone has counted is always a part of what all have, so who is refused here is refused without
 * a question; what the counter refuses is remembered here. While the counter is away, each process keeps the limit for itself.
 */
export function createSharedTake(options: SharedRateLimitOptions): SharedTake {
  const { name, counter, limit, windowSeconds } = options
  const limiter = createRateLimiter(options)
  /** What is owed when so many places are just about to be free. */
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
