/** Events that operators may want to count. Vendor names come from the registries, so a metric has few label values. */
import type { Tenant } from '../../contract/host.ts'

/** `closed`: calls go through. `open`: calls fail at once. `half_open`: a single probe checks if the vendor is back. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** `vendor_down`: the breaker is open. `line_full` and `waited_too_long`: the tenant's own calls occupy all slots. */
export type Refusal = 'vendor_down' | 'line_full' | 'waited_too_long'

/** Kind of work that waits for a tenant's slots: calls to the storage, calls to the AI, or whole posts. */
export type Queue = 'storage' | 'ai' | 'publishing'

/** Receives each event as it happens. Must not throw. */
export interface FairnessObserver {
  onState?(vendor: string, state: BreakerState, tenant: Tenant): void
  onRejected?(vendor: string, reason: Refusal, tenant: Tenant): void
  /** Receives each change of the number of waiters. */
  onWaiting?(queue: Queue, change: 1 | -1): void
}
