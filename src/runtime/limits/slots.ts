/**
 * How many calls of one tenant to one vendor run at once. The rest wait in two bounded lines; those in the first go before those in
 * the second. Libraries (p-limit, p-queue, cockatiel's bulkhead) take a place back only when its holder ends, and a Worker's request
 * that is cancelled never does: here a place that is held for too long is free again by the clock.
 */
import { createWaitQueue, type Release } from './wait-queue.ts'

export { NoSlot, type Release } from './wait-queue.ts'

export interface SlotsOptions {
  atOnce: number
  /** How many may wait in each line. */
  maxWaiting: number
  /** Longest that a place can be held. Milliseconds. */
  holdMs: number
  now: () => number
  /** Receives each change of the number of waiters. Must not throw. */
  onWaiting?: (change: 1 | -1) => void
}

export interface Slots {
  /** Held places. */
  readonly held: number
  readonly waiting: number
  /**
   * Waits for a place, at most `patienceMs`. Rejects with {@link NoSlot}, or with the reason of `signal` once that fires.
   */
  acquire(priority: 'high' | 'low', patienceMs: number, signal?: AbortSignal): Promise<Release>
}

/** Makes the places of one tenant and one kind of work. */
export function createSlots(options: SlotsOptions): Slots {
  const { atOnce, maxWaiting, holdMs, now, onWaiting = () => undefined } = options
  const holders = new Map<Release, number>()

  function isFree(): boolean {
    if (holders.size < atOnce) return true
    const at = now()
    for (const [release, until] of holders) if (until <= at) holders.delete(release)
    return holders.size < atOnce
  }

  function take(): Release {
    const release = () => {
      if (holders.delete(release)) admit()
    }
    holders.set(release, now() + holdMs)
    return release
  }

  function admit(): void {
    queues.high.admit({ isFree, take })
    queues.low.admit({ isFree, take })
  }

  const queue = () => createWaitQueue({ maxWaiting, now, onWaiting, onImpatient: admit })
  const queues = { high: queue(), low: queue() }

  return {
    get held() {
      return holders.size
    },
    get waiting() {
      return queues.high.size + queues.low.size
    },
    async acquire(priority, patienceMs, signal) {
      signal?.throwIfAborted()
      admit()
      return isFree() ? take() : queues[priority].wait(patienceMs, signal)
    },
  }
}
