/** Bounded queue of waiters for slots. Each waiter has its own timeout and abort signal. */

/** Releases the slot. A second or late call does nothing. */
export type Release = () => void

export class NoSlot extends Error {
  override readonly name = 'NoSlot'
  readonly reason: 'line_full' | 'waited_too_long'

  constructor(reason: NoSlot['reason']) {
    super(reason)
    this.reason = reason
  }
}

/** Slots that a queue waits for. */
export interface FreeSlots {
  isFree(): boolean
  take(): Release
}

export interface WaitQueue {
  readonly size: number
  /** Waits for a slot, at most `patienceMs`. Rejects with {@link NoSlot}, or with the reason of `signal` once the signal fires. */
  wait(patienceMs: number, signal?: AbortSignal): Promise<Release>
  /** Assigns free slots to the first waiters. */
  admit(slots: FreeSlots): void
}

export interface WaitQueueOptions {
  maxWaiting: number
  now: () => number
  /** Receives each change of the number of waiters. Must not throw. */
  onWaiting(change: 1 | -1): void
  /** Runs when a waiter times out, since slots that were held for too long may be free by now. */
  onImpatient(): void
}

interface Waiter {
  /** Time at which the waiter expires, even if a Worker dropped its timer. */
  until: number
  begin(release: Release): void
  giveUp(): void
}

export function createWaitQueue(options: WaitQueueOptions): WaitQueue {
  const { maxWaiting, now, onWaiting, onImpatient } = options
  const waiters = new Set<Waiter>()

  function dismissExpired(): void {
    for (const waiter of waiters) if (waiter.until <= now()) waiter.giveUp()
  }

  function enqueue(patienceMs: number, signal: AbortSignal | undefined): Promise<Release> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        waiters.delete(waiter)
        onWaiting(-1)
      }
      const abort = () => {
        done()
        reject(signal?.reason)
      }
      const waiter: Waiter = {
        until: now() + patienceMs,
        begin(release) {
          done()
          resolve(release)
        },
        giveUp() {
          done()
          reject(new NoSlot('waited_too_long'))
        },
      }
      const timer = setTimeout(() => {
        onImpatient()
        if (waiters.has(waiter)) waiter.giveUp()
      }, patienceMs)
      signal?.addEventListener('abort', abort, { once: true })
      waiters.add(waiter)
      onWaiting(1)
    })
  }

  return {
    get size() {
      return waiters.size
    },
    async wait(patienceMs, signal) {
      if (waiters.size >= maxWaiting) dismissExpired()
      if (waiters.size >= maxWaiting) throw new NoSlot('line_full')
      return enqueue(patienceMs, signal)
    },
    admit(slots) {
      for (const waiter of waiters) {
        if (!slots.isFree()) return
        if (waiter.until > now()) waiter.begin(slots.take())
        else waiter.giveUp()
      }
    },
  }
}
