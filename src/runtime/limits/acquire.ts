/** Access to a tenant's slots for one kind of work. Waits briefly, counts waiters, and fails with `busy` when no slot becomes free. */
import { PublisherError } from '../../base/errors.ts'
import type { Tenant } from '../../contract/host.ts'
import type { FairnessObserver, Queue, Refusal } from './observer.ts'
import { createSlots, NoSlot, type Release, type SlotsOptions } from './slots.ts'

export interface TenantSlotsOptions extends Omit<SlotsOptions, 'onWaiting'> {
  queue: Queue
  tenant: Tenant
  observer: FairnessObserver
}

export interface AcquireOptions {
  priority: 'high' | 'low'
  patienceMs: number
  /** Vendors that the work would call. A refusal counts for each vendor. */
  vendors: readonly string[]
  /** Aborts the wait. */
  signal?: AbortSignal | undefined
}

/** Waits for a slot. Throws `busy`, or the reason of the signal. */
export type Acquire = (options: AcquireOptions) => Promise<Release>

const busyRetryMs = 3000

export function createAcquire({ queue, tenant, observer, ...options }: TenantSlotsOptions): Acquire {
  const slots = createSlots({ ...options, onWaiting: (change) => observer.onWaiting?.(queue, change) })

  function busy(vendors: readonly string[], reason: Refusal): PublisherError {
    for (const vendor of vendors) observer.onRejected?.(vendor, reason, tenant)
    const message = 'This gallery is busy. Try again in a moment.'
    return new PublisherError('busy', message, { retryAfterMs: busyRetryMs })
  }

  return async ({ priority, patienceMs, vendors, signal }) => {
    try {
      return await slots.acquire(priority, patienceMs, signal)
    } catch (error) {
      throw error instanceof NoSlot ? busy(vendors, error.reason) : error
    }
  }
}
