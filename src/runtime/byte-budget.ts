/** How many bytes of requests may lie in memory at once, over all tenants of a process. */
import { PublisherError } from '../errors.ts'

export interface ByteBudgetOptions {
  /** Bytes. */
  total: number
  /** How long one may wait for bytes to become free. Milliseconds. */
  patienceMs: number
  /** For people: what is going on. */
  busy: string
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number
}

export interface ByteBudget {
  /** What running work holds now. */
  readonly takenBytes: number
  /** The beginning of a piece of work. It holds nothing yet. */
  open(owner: string): Portion
}

/** What one piece of work holds. */
export interface Portion {
  readonly bytes: number
  /** Whether somebody waits now for what this piece holds. */
  readonly isWanted: boolean
  /**
   * Takes so many more. Waits where they are not free, and where `owner` would hold more than half of all: slow work of one tenant must
   * not keep all others away. Throws `busy` once the patience is over; what is held stays held.
   */
  take(bytes: number): Promise<void>
  /** Gives all of it back. */
  end(): void
}

/** Who waits looks again so often: a Worker's request must not rely on another one that wakes it, as that may be cancelled. */
const lookMs = 100
/** Far longer than any work may take: what is held then belonged to a Worker's request that was cancelled. */
const lostAfterMs = 15 * 60_000
const retryAfterMs = 5000

interface Held {
  owner: string
  bytes: number
  since: number
  wantedAt: number
}

/** Makes a budget. */
export function createByteBudget({ total, patienceMs, busy, now = Date.now }: ByteBudgetOptions): ByteBudget {
  const portions = new Set<Held>()

  const sum = (of: (portion: Held) => boolean) => {
    let bytes = 0
    for (const portion of portions) if (of(portion)) bytes += portion.bytes
    return bytes
  }

  /** Tells those who are in the way that somebody waits. */
  function fits(owner: string, bytes: number): boolean {
    for (const portion of portions) if (now() - portion.since > lostAfterMs) portions.delete(portion)
    const isFull = sum(() => true) + bytes > total
    const isGreedy = sum((held) => held.owner === owner) + bytes > total / 2
    if (!isFull && !isGreedy) return true
    for (const held of portions) if (isFull || held.owner === owner) held.wantedAt = now()
    return false
  }

  return {
    get takenBytes() {
      return sum(() => true)
    },
    open(owner) {
      const portion: Held = { owner, bytes: 0, since: now(), wantedAt: Number.NEGATIVE_INFINITY }
      return {
        get bytes() {
          return portion.bytes
        },
        get isWanted() {
          return now() - portion.wantedAt <= 2 * lookMs
        },
        async take(bytes) {
          for (let waitedMs = 0; !fits(owner, bytes); waitedMs += lookMs) {
            if (waitedMs >= patienceMs) throw new PublisherError('busy', busy, { retryAfterMs })
            await new Promise((resolve) => setTimeout(resolve, lookMs))
          }
          portion.bytes += bytes
          portions.add(portion)
        },
        end() {
          portions.delete(portion)
          portion.bytes = 0
        },
      }
    },
  }
}
