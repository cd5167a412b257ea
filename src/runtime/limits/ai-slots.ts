/** How many calls to the AI a tenant may make per minute (`ai.rate_per_minute`). */
import { PublisherError } from '../../base/errors.ts'
import { pause } from '../../base/time.ts'
import type { Tenant } from '../../contract/host.ts'
import type { AiSlots } from '../../ports/ai-slots.ts'
import type { Metrics } from '../../ports/metrics.ts'
import type { RateCounter } from '../../ports/rate-counter.ts'
import { createSharedTake } from './shared-rate-limit.ts'

/** A person waits that long for a place; after that an answer is kinder. */
const patienceMs = 10_000

export interface AiSlotsOptions {
  tenant: Tenant
  ratePerMinute: number
  /** Counts for all processes; without it each process counts alone. */
  counter?: RateCounter | undefined
  now: () => number
}

/** Makes one tenant's places. */
export function createAiSlots({ tenant, ratePerMinute, counter, now }: AiSlotsOptions): AiSlots {
  const rate = { limit: ratePerMinute, windowSeconds: 60 }
  const take = createSharedTake({ ...rate, name: 'ai', counter, maxKeys: 1, now })
  return {
    async take(count, signal) {
      const givesUpAt = now() + patienceMs
      for (;;) {
        const decision = await take(tenant, count)
        if (decision.allowed) return
        const { retryAfterMs } = decision
        if (now() + retryAfterMs > givesUpAt) {
          throw new PublisherError(
            'rate_limited',
            'The AI is asked too often at the moment. Try again shortly.',
            {
              retryAfterMs,
            },
          )
        }
        await pause(retryAfterMs, signal)
      }
    },
  }
}

/** Gives a wrapper of allowances that counts which calls wait for them, over all tenants, as the level `ai_calls_waiting`. */
export function countWaitingForAi(metrics: Metrics): (slots: AiSlots) => AiSlots {
  let waiting = 0
  metrics.watch('ai_calls_waiting', () => waiting)
  return (slots) => ({
    ...slots,
    async take(count, signal) {
      waiting++
      try {
        await slots.take(count, signal)
      } finally {
        waiting--
      }
    },
  })
}
