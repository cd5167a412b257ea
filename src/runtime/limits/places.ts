/**
 * How many calls of one tenant to one vendor run at once. The rest wait in two bounded lines; those in the first go before those in
 * the second. Libraries (p-limit, p-queue, cockatiel's bulkhead) take a place back only when its holder ends, and a Worker's request
 * that is cancelled never does: here a place that is held for too long is free again by the clock.
 */
import { createWaitingLine, type Leave } from './waiting-line.ts'

export { type Leave, NoPlace } from './waiting-line.ts'

export interface PlacesOptions {
  atOnce: number
  /** How many may wait in each line. */
  maxWaiting: number
  /** Longest that a place can be held. Milliseconds. */
  holdMs: number
  now: () => number
  /** Receives each change of the number of waiters. Must not throw. */
  onWaiting?: (change: 1 | -1) => void
}

export interface Places {
  /** Held places. */
  readonly held: number
  readonly waiting: number
  /**
   * Waits for a place, at most `patienceMs`. Rejects with {@link NoPlace}, or with the reason of `signal` once that fires.
   */
  enter(line: 'first' | 'second', patienceMs: number, signal?: AbortSignal): Promise<Leave>
}

/** Makes the places of one tenant and one kind of work. */
export function createPlaces(options: PlacesOptions): Places {
  const { atOnce, maxWaiting, holdMs, now, onWaiting = () => undefined } = options
  const holders = new Map<Leave, number>()

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
    lines.first.admit({ isFree, take })
    lines.second.admit({ isFree, take })
  }

  const line = () => createWaitingLine({ maxWaiting, now, onWaiting, onImpatient: admit })
  const lines = { first: line(), second: line() }

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
      return isFree() ? take() : lines[name].wait(patienceMs, signal)
    },
  }
}
