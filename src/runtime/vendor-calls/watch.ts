/** Calls of one tenant to one vendor under the eyes of a circuit breaker. */
import { isPublisherError, type PublisherError } from '../../base/errors.ts'
import type { Tenant } from '../../contract/host.ts'
import type { FairnessObserver } from '../limits/observer.ts'
import { createBreaker, type Outcome } from './breaker.ts'

export interface WatchOptions {
  /** As the configuration names it. */
  vendor: string
  tenant: Tenant
  now: () => number
  observer: FairnessObserver
  /** How long one call may find out whether the vendor is back. Milliseconds. */
  probeMs: number
  /** The error for a vendor that is down. */
  unavailable(details: { retryAfterMs: number }): PublisherError
}

export interface CallOptions {
  insists: boolean
  /** It may succeed without the vendor: only its failure says something. */
  provesNothing?: boolean
}

export interface Watch {
  /** Throws `unavailable` where {@link run} would refuse. */
  refuseWhileDown(): void
  /** Makes the call and learns from its end. Refused while the vendor is down, unless it insists. */
  run<T>(call: () => Promise<T>, options: CallOptions): Promise<T>
}

/** So many outages in a row, each after a call's own retries, are no accident. */
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

/** Not the vendor's word: it was not asked. */
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
