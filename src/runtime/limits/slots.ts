/**
 * Semaphore for the calls of one tenant to one vendor, with a bounded queue for each of two priorities. Libraries (p-limit, p-queue,
 * cockatiel's bulkhead) free a slot only when its holder ends. A cancelled request of a Worker never ends, so slots expire here.
 */
import { createWaitQueue, type Release } from './wait-queue.ts'

export { NoSlot, type Release } from './wait-queue.ts'

export interface SlotsOptions {
  atOnce: number
  /** Upper bound on waiters in each queue. */
  maxWaiting: number
  /** Time after which a held slot is free again. */
  holdMs: number
  now: () => number
  /** Receives each change of the number of waiters. Must not throw. */
  onWaiting?: (change: 1 | -1) => void
}

export interface Slots {
  /** Held slots. */
  readonly held: number
  readonly waiting: number
  /**
   * Waits for a slot, at most `patienceMs`. Rejects with {@link NoSlot}, or with the reason of `signal` once the signal fires.
   */
  acquire(priority: 'high' | 'low', patienceMs: number, signal?: AbortSignal): Promise<Release>
}

/** Creates the slots of one tenant and one kind of work. */
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
