/** How many bytes of requests may lie in memory at once, over all tenants of a process. */
import { PublisherError } from '../../base/errors.ts'
import { pause } from '../../base/time.ts'

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
  /**
   * Begins a piece of work that may come to hold `atMost` bytes, and holds nothing yet. Throws `busy` at once where all work of
   * `owner` could come to more than half of the budget: slow work of one tenant must not keep all others away.
   */
  open(owner: string, atMost: number): Portion
}

/** What one piece of work holds. */
export interface Portion {
  readonly bytes: number
  /** Whether somebody waits now for what others hold. */
  readonly isWanted: boolean
  /** Takes so many more, waiting where they are not free. Throws `busy` once the patience is over; what is held stays held. */
  take(bytes: number): Promise<void>
  /** Counts so many more that lie in memory already. Never waits; others wait for them. */
  count(bytes: number): void
  /** Gives all of it back. */
  end(): void
}

/** Who waits looks again so often: a Worker's request must not rely on another one that wakes it, as that may be cancelled. */
const pollMs = 100
/** Far longer than any work may take: what is held then belonged to a Worker's request that was cancelled. */
const lostAfterMs = 15 * 60_000
const retryAfterMs = 5000

interface Held {
  owner: string
  atMost: number
  bytes: number
  since: number
}

/** Makes a budget. */
export function createByteBudget({ total, patienceMs, busy, now = Date.now }: ByteBudgetOptions): ByteBudget {
  const portions = new Set<Held>()
  let wantedAt = Number.NEGATIVE_INFINITY

  const refused = () => new PublisherError('busy', busy, { retryAfterMs })

  function taken(): number {
    let bytes = 0
    for (const portion of portions) bytes += portion.bytes
    return bytes
  }

  function forgetTheLost(): void {
    for (const portion of portions) if (now() - portion.since > lostAfterMs) portions.delete(portion)
  }

  function promisedTo(owner: string): number {
    let bytes = 0
    for (const portion of portions) if (portion.owner === owner) bytes += portion.atMost
    return bytes
  }

  async function waitFor(bytes: number): Promise<void> {
    for (let waitedMs = 0; taken() + bytes > total; waitedMs += pollMs) {
      if (waitedMs >= patienceMs) throw refused()
      wantedAt = now()
      await pause(pollMs)
      forgetTheLost()
    }
  }

  return {
    get takenBytes() {
      return taken()
    },
    open(owner, atMost) {
      forgetTheLost()
      if (promisedTo(owner) + atMost > total / 2) throw refused()
      const portion: Held = { owner, atMost, bytes: 0, since: now() }
      portions.add(portion)
      return {
        get bytes() {
          return portion.bytes
        },
        get isWanted() {
          return now() - wantedAt <= 2 * pollMs
        },
        async take(bytes) {
          await waitFor(bytes)
          portion.bytes += bytes
        },
        count(bytes) {
          portion.bytes += bytes
        },
        end: () => void portions.delete(portion),
      }
    },
  }
}
