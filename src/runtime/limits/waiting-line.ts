/** A bounded line of waiters for places. Each waiter has its own patience, and a signal that ends its waiting. */

/** Gives the place back. Calling it twice, or too late, does nothing. */
export type Leave = () => void

export class NoPlace extends Error {
  override readonly name = 'NoPlace'
  readonly reason: 'line_full' | 'waited_too_long'

  constructor(reason: NoPlace['reason']) {
    super(reason)
    this.reason = reason
  }
}

/** The places that a line waits for. */
export interface FreePlaces {
  isFree(): boolean
  take(): Leave
}

export interface WaitingLine {
  readonly size: number
  /** Waits for a place, at most `patienceMs`. Rejects with {@link NoPlace}, or with the reason of `signal` as soon as it fires. */
  wait(patienceMs: number, signal?: AbortSignal): Promise<Leave>
  /** Gives free places to the waiters in front. */
  admit(places: FreePlaces): void
}

export interface WaitingLineOptions {
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
  begin(leave: Leave): void
  giveUp(): void
}

/** Makes an empty line. */
export function createWaitingLine(options: WaitingLineOptions): WaitingLine {
  const { maxWaiting, now, onWaiting, onImpatient } = options
  const waiters = new Set<Waiter>()

  function dismissExpired(): void {
    for (const waiter of waiters) if (waiter.until <= now()) waiter.giveUp()
  }

  function enqueue(patienceMs: number, signal: AbortSignal | undefined): Promise<Leave> {
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
        begin(leave) {
          done()
          resolve(leave)
        },
        giveUp() {
          done()
          reject(new NoPlace('waited_too_long'))
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
      if (waiters.size >= maxWaiting) throw new NoPlace('line_full')
      return enqueue(patienceMs, signal)
    },
    admit(places) {
      for (const waiter of waiters) {
        if (!places.isFree()) return
        if (waiter.until > now()) waiter.begin(places.take())
        else waiter.giveUp()
      }
    },
  }
}
