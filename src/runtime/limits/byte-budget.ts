/** Budget for the bytes that requests hold in memory at once, for all tenants of a process. */
import { PublisherError } from '../../base/errors.ts'
import { pause } from '../../base/time.ts'

export interface ByteBudgetOptions {
  /** Size of the budget in bytes. */
  total: number
  /** Longest wait for free bytes. */
  patienceMs: number
  /** Message of the `busy` error, for people. */
  busy: string
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number
}

export interface ByteBudget {
  /** Bytes that running work holds now. */
  readonly takenBytes: number
  /**
   * Begins a piece of work that may later hold up to `atMost` bytes. Throws `busy` if all work of `owner` could then exceed half of the
   * budget, so that slow work of one tenant cannot block all others.
   */
  open(owner: string, atMost: number): Portion
}

/** Share of the budget that one piece of work holds. */
export interface Portion {
  readonly bytes: number
  /** True while other work waits for bytes. */
  readonly isWanted: boolean
  /** Reserves more bytes and waits until they are free. Throws `busy` after the timeout; bytes already held stay reserved. */
  take(bytes: number): Promise<void>
  /** Counts bytes that are in memory already. Never waits, and may exceed the budget. */
  count(bytes: number): void
  /** Frees all bytes of this work. */
  end(): void
}

/** Interval at which waiting work polls. On Workers, a request cannot rely on another request to wake it: that request may be cancelled. */
const pollMs = 100
/** Age from which a portion counts as lost, far longer than any work takes. The Workers platform has cancelled its request. */
const lostAfterMs = 15 * 60_000
const retryAfterMs = 5000

interface Held {
  owner: string
  atMost: number
  bytes: number
  since: number
}

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
