/** One limit for several processes, as far as a key-value store without counters can give it. */
import { z } from 'zod'
import { describeError, type Logger } from './log.ts'
import type { KeyValueStore } from './ports/kv.ts'
import { createRateLimiter, type RateDecision, type RateLimitOptions } from './rate-limit.ts'

export interface SharedRateLimitOptions extends RateLimitOptions {
  /** Begins the keys in the store. */
  name: string
  /** Must show a write to the next reader at once, and bear one write per request: memory or Redis, not Cloudflare KV. */
  kv: KeyValueStore
  log: Logger
}

/** See `RateLimiter.take`. */
export type SharedTake = (key: string) => Promise<RateDecision>

/** `at` is the writer's clock. */
const debtSchema = z.object({ debtMs: z.number(), at: z.number() })

/**
 * Makes a limiter that reads and writes the store. The memory of each process decides; the store only tells it of a larger
 * debt. So two processes that ask at the same moment may let one too many pass, and while the store is down each process
 * keeps the limit for itself. Clocks need not agree: a debt is shared as a length of time, and the store forgets it when it is
 * paid.
 */
export function createSharedTake(options: SharedRateLimitOptions): SharedTake {
  const { name, kv, log, now } = options
  const limiter = createRateLimiter(options)

  async function read(key: string): Promise<void> {
    const debt = debtSchema.safeParse(JSON.parse((await kv.get(key)) ?? 'null'))
    // A clock that is behind the writer's must not make a debt grow.
    if (debt.success) limiter.learn(key, debt.data.debtMs - Math.max(0, now() - debt.data.at))
  }

  async function write(key: string): Promise<void> {
    const debtMs = limiter.debtMs(key)
    await kv.put(key, JSON.stringify({ debtMs, at: now() }), { ttlSeconds: Math.ceil(debtMs / 1000) })
  }

  const failed = (operation: string) => (error: unknown) =>
    log.warn('shared store failed', { operation, error: describeError(error) })

  return async (key) => {
    const shared = `rate:${name}:${key}`
    await read(shared).catch(failed('get'))
    const decision = limiter.take(shared)
    if (decision.allowed) await write(shared).catch(failed('put'))
    return decision
  }
}
