/** A bounded line of waiters for places. Each waiter has its own patience, and a signal that ends its waiting. */

/** Gives the place back. Calling it twice, or too late, does nothing. */
export type Release = () => void

export class NoSlot extends Error {
  override readonly name = 'NoSlot'
  readonly reason: 'line_full' | 'waited_too_long'

  constructor(reason: NoSlot['reason']) {
    super(reason)
    this.reason = reason
  }
}

/** The places that a line waits for. */
export interface FreeSlots {
  isFree(): boolean
  take(): Release
}

export interface WaitQueue {
  readonly size: number
  /** Waits for a place, at most `patienceMs`. Rejects with {@link NoSlot}, or with the reason of `signal` as soon as it fires. */
  wait(patienceMs: number, signal?: AbortSignal): Promise<Release>
  /** Gives free places to the waiters in front. */
  admit(slots: FreeSlots): void
}

export interface WaitQueueOptions {
  maxWaiting: number
  now: () => number
  /** Receives each change of the number of waiters. Must not throw. */
  onWaiting(change: 1 | -1): void
  /** Runs when a waiter's patience is over: places that were held for too long may be free. */
  onImpatient(): void
}

interface Waiter {
  /** Time at which the waiter has left at the latest, also where a Worker dropped its timer. */
  until: number
  begin(release: Release): void
  giveUp(): void
}

/** Makes an empty line. */
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
