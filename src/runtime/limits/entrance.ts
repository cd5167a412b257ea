/** The way to a tenant's places for one kind of work: a short wait, counted, and `busy` for those who find none. */
import { PublisherError } from '../../base/errors.ts'
import type { Tenant } from '../../contract/host.ts'
import type { FairnessObserver, Queue, Refusal } from './observer.ts'
import { createPlaces, type Leave, NoPlace, type PlacesOptions } from './places.ts'

export interface EntranceOptions extends Omit<PlacesOptions, 'onWaiting'> {
  queue: Queue
  tenant: Tenant
  observer: FairnessObserver
}

export interface EnterOptions {
  line: 'first' | 'second'
  /** Milliseconds. */
  patienceMs: number
  /** Who would have been called, for counting those that are not. */
  vendors: readonly string[]
  /** Ends the waiting. */
  signal?: AbortSignal | undefined
}

/** Gives a place, or throws `busy`, or the reason of the signal. */
export type Enter = (options: EnterOptions) => Promise<Leave>

const busyRetryMs = 3000

export function createEntrance({ queue, tenant, observer, ...options }: EntranceOptions): Enter {
  const places = createPlaces({ ...options, onWaiting: (change) => observer.onWaiting?.(queue, change) })

  function busy(vendors: readonly string[], reason: Refusal): PublisherError {
    for (const vendor of vendors) observer.onRejected?.(vendor, reason, tenant)
    const message = 'Too much is going on in this gallery. Try again in a moment.'
    return new PublisherError('busy', message, { retryAfterMs: busyRetryMs })
  }

  return async ({ line, patienceMs, vendors, signal }) => {
    try {
      return await places.enter(line, patienceMs, signal)
    } catch (error) {
      throw error instanceof NoPlace ? busy(vendors, error.reason) : error
    }
  }
}
