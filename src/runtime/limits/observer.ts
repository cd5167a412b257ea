/** Events that operators may want to count. Vendors are named as in their registries' entries, so there are few names. */
import type { Tenant } from '../../contract/host.ts'

/** `closed`: calls go through. `open`: they fail at once. `half_open`: one call finds out whether the vendor is back. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** `vendor_down`: the breaker is open. `line_full` and `waited_too_long`: the tenant's own calls take all places. */
export type Refusal = 'vendor_down' | 'line_full' | 'waited_too_long'

/** What waits for one of its tenant's places: calls to a storage, calls to the AI, whole posts. */
export type Queue = 'storage' | 'ai' | 'publishing'

/** Told of each event as it happens. Must not fail. */
export interface FairnessObserver {
  onState?(vendor: string, state: BreakerState, tenant: Tenant): void
  onRejected?(vendor: string, reason: Refusal, tenant: Tenant): void
  /** One more waits, or one less. */
  onWaiting?(queue: Queue, change: 1 | -1): void
}
