/** Circuit breaker around the calls of one tenant to one vendor. */
import { isPublisherError, type PublisherError } from '../../base/errors.ts'
import type { Tenant } from '../../contract/host.ts'
import type { FairnessObserver } from '../limits/observer.ts'
import { createBreaker, type Outcome } from './breaker.ts'

export interface WatchOptions {
  /** Name in metrics and log. */
  vendor: string
  tenant: Tenant
  now: () => number
  observer: FairnessObserver
  /** Time after which an unfinished probe expires. */
  probeMs: number
  /** Creates the error for a vendor that is down. */
  unavailable(details: { retryAfterMs: number }): PublisherError
}

export interface CallOptions {
  insists: boolean
  /** True when the call may succeed without the vendor, so that only its failure reveals something. */
  provesNothing?: boolean
}

export interface Watch {
  /** Throws `unavailable` if {@link run} would refuse. */
  refuseWhileDown(): void
  /** Makes the call and learns from its outcome. Refuses the call while the vendor is down, unless it insists. */
  run<T>(call: () => Promise<T>, options: CallOptions): Promise<T>
}

/** Consecutive outages that open the breaker. Each outage already includes the provider's own retries. */
const threshold = 5
const pauseMs = 10_000

export function createWatch({ vendor, tenant, now, observer, probeMs, unavailable }: WatchOptions): Watch {
  const onState = (state: Parameters<NonNullable<FairnessObserver['onState']>>[1]) =>
    observer.onState?.(vendor, state, tenant)
  const breaker = createBreaker({ threshold, pauseMs, probeMs, now, onState })

  function down(retryAfterMs: number): PublisherError {
    observer.onRejected?.(vendor, 'vendor_down', tenant)
    return unavailable({ retryAfterMs })
  }

  return {
    refuseWhileDown() {
      const waitMs = breaker.waitMs()
      if (waitMs > 0) throw down(waitMs)
    },
    async run(call, { insists, provesNothing = false }) {
      const attempt = breaker.begin(insists)
      if (attempt.kind === 'refused') throw down(attempt.retryAfterMs)
      try {
        const result = await call()
        attempt.end(provesNothing ? 'unknown' : 'answered')
        return result
      } catch (error) {
        attempt.end(outcomeOf(error))
        throw error
      }
    },
  }
}

/** Codes of errors that occur before a call reaches the vendor. */
const saysNothing = new Set([
  'busy',
  'credentials_unavailable',
  'endpoint_refused',
  'insufficient_balance',
  'internal_error',
  'provider_unavailable',
])

function outcomeOf(error: unknown): Outcome {
  if (!isPublisherError(error)) return 'unknown'
  if (error.isOutage) return 'outage'
  return saysNothing.has(error.code) ? 'unknown' : 'answered'
}
