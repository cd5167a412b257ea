/** Rate limit on a tenant's calls to the AI (`ai.rate_per_minute`). */
import { PublisherError } from '../../base/errors.ts'
import { pause } from '../../base/time.ts'
import type { Tenant } from '../../contract/host.ts'
import type { AiSlots } from '../../ports/ai-slots.ts'
import type { Metrics } from '../../ports/metrics.ts'
import type { RateCounter } from '../../ports/rate-counter.ts'
import { createSharedTake } from './shared-rate-limit.ts'

/** Longest wait for the rate limit. A person prefers an error to a longer wait. */
const patienceMs = 10_000

export interface AiSlotsOptions {
  tenant: Tenant
  ratePerMinute: number
  /** Counts for all processes. Default: each process counts alone. */
  counter?: RateCounter | undefined
  now: () => number
}

/** Creates the rate limit of one tenant. */
export function createAiSlots({ tenant, ratePerMinute, counter, now }: AiSlotsOptions): AiSlots {
  const rate = { limit: ratePerMinute, windowSeconds: 60 }
  const take = createSharedTake({ ...rate, name: 'ai', counter, maxKeys: 1, now })
  return {
    async take(count, signal, patience = 'wait') {
      const givesUpAt = patience === 'wait' ? now() + patienceMs : now()
      for (;;) {
        const decision = await take(tenant, count)
        if (decision.allowed) return
        const { retryAfterMs } = decision
        if (now() + retryAfterMs > givesUpAt) {
          throw new PublisherError('rate_limited', 'Too many AI requests at the moment. Try again shortly.', {
            retryAfterMs,
          })
        }
        await pause(retryAfterMs, signal)
      }
    },
  }
}

/** Returns a wrapper that counts waiting AI calls of all tenants as the level `ai_calls_waiting`. */
export function countWaitingForAi(metrics: Metrics): (slots: AiSlots) => AiSlots {
  let waiting = 0
  metrics.watch('ai_calls_waiting', () => waiting)
  return (slots) => ({
    ...slots,
    async take(count, signal, patience) {
      waiting++
      try {
        await slots.take(count, signal, patience)
      } finally {
        waiting--
      }
    },
  })
}
