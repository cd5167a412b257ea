/**
 * How many calls of one tenant to one vendor run at once. The rest wait in two bounded lines; those in the first go before those in
 * the second. Libraries (p-limit, p-queue, cockatiel's bulkhead) take a place back only when its holder ends, and a Worker's request
 * that is cancelled never does: here a place that is held for too long is free again by the clock.
 */

export interface PlacesOptions {
  atOnce: number
  /** How many may wait in each line. */
  maxWaiting: number
  /** Longest that a place can be held. Milliseconds. */
  holdMs: number
  now: () => number
  /** Told when one more waits, or one less. Must not fail. */
  onWaiting?: (change: 1 | -1) => void
}

/** Gives the place back. Calling it twice, or too late, does nothing. */
export type Leave = () => void

export interface Places {
  /** Held places. */
  readonly held: number
  readonly waiting: number
  /**
   * Waits for a place, at most `patienceMs`. Rejects with {@link NoPlace}, or with the reason of `signal` once that fires.
   */
  enter(line: 'first' | 'second', patienceMs: number, signal?: AbortSignal): Promise<Leave>
}

export class NoPlace extends Error {
  override readonly name = 'NoPlace'
  readonly reason: 'line_full' | 'waited_too_long'

  constructor(reason: NoPlace['reason']) {
    super(reason)
    this.reason = reason
  }
}

interface Waiting {
  /** When it has left at the latest, also where its own timer is gone. */
  until: number
  begin(leave: Leave): void
  giveUp(): void
}

export function createPlaces({
  atOnce,
  maxWaiting,
  holdMs,
  now,
  onWaiting = () => undefined,
}: PlacesOptions): Places {
  const holders = new Map<Leave, number>()
  const lines = { first: new Set<Waiting>(), second: new Set<Waiting>() }

  function isFree(): boolean {
    if (holders.size < atOnce) return true
    const at = now()
    for (const [leave, until] of holders) if (until <= at) holders.delete(leave)
    return holders.size < atOnce
  }

  function take(): Leave {
    const leave = () => {
      if (holders.delete(leave)) admit()
    }
    holders.set(leave, now() + holdMs)
    return leave
  }

  function admit(): void {
    for (const line of [lines.first, lines.second]) {
      for (const next of line) {
        if (!isFree()) return
        if (next.until > now()) next.begin(take())
        else next.giveUp()
      }
    }
  }

  function forgetTheLost(line: Set<Waiting>): void {
    for (const waiting of line) if (waiting.until <= now()) waiting.giveUp()
  }

  function wait(line: Set<Waiting>, patienceMs: number, signal: AbortSignal | undefined): Promise<Leave> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        line.delete(waiting)
        onWaiting(-1)
      }
      const abort = () => {
        done()
        reject(signal?.reason)
      }
      const waiting: Waiting = {
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
        // Places that were held for too long may have become free.
        admit()
        if (line.has(waiting)) waiting.giveUp()
      }, patienceMs)
      signal?.addEventListener('abort', abort, { once: true })
      line.add(waiting)
      onWaiting(1)
    })
  }

  return {
    get held() {
      return holders.size
    },
    get waiting() {
      return lines.first.size + lines.second.size
    },
    async enter(name, patienceMs, signal) {
      signal?.throwIfAborted()
      admit()
      if (isFree()) return take()
      const line = lines[name]
      if (line.size >= maxWaiting) forgetTheLost(line)
      if (line.size >= maxWaiting) throw new NoPlace('line_full')
      return wait(line, patienceMs, signal)
    },
  }
}
