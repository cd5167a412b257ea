/**
 * Circuit breaker for one vendor of one tenant. Uses the clock instead of timers, because a cancelled request of a Worker loses its
 * timers and unfinished calls. A probe that never ends therefore expires.
 */
import type { BreakerState } from '../limits/observer.ts'

export interface BreakerOptions {
  /** Consecutive outages that open the breaker. */
  threshold: number
  /** Time that the breaker stays open before a probe. */
  pauseMs: number
  /** Time after which an unfinished probe expires and the next call may probe. */
  probeMs: number
  now: () => number
  onState(state: BreakerState): void
}

/**
 * `answered`: the vendor responded, even with an error. `outage`: the vendor is down. `unknown`: the call reveals nothing about the vendor.
 */
export type Outcome = 'answered' | 'outage' | 'unknown'

/** Permitted call, which must report how it ended. */
export interface Attempt {
  kind: 'attempt'
  end(outcome: Outcome): void
}

export interface Breaker {
  readonly state: BreakerState
  /** Returns the time for which {@link begin} would refuse; 0 if it would not refuse. Changes nothing. */
  waitMs(): number
  /** Begins or refuses a call. A call that insists is never refused, but its outcome counts like any other. */
  begin(insists: boolean): Attempt | { kind: 'refused'; retryAfterMs: number }
}

type State =
  | { name: 'closed'; outages: number }
  | { name: 'open'; since: number }
  | { name: 'half_open'; since: number }

export function createBreaker({ threshold, pauseMs, probeMs, now, onState }: BreakerOptions): Breaker {
  let state: State = { name: 'closed', outages: 0 }
  /** Counts state changes, so that outcomes of calls from before the last change are ignored. */
  let period = 0

  function become(next: State): void {
    const isOther = next.name !== state.name
    state = next
    period += 1
    if (isOther) onState(next.name)
  }

  function waitMs(): number {
    if (state.name === 'closed') return 0
    const patience = state.name === 'open' ? pauseMs : probeMs
    const passed = now() - state.since
    // A clock that was set back must not keep the breaker open for hours.
    if (passed < 0 || passed >= patience) return 0
    return Math.min(patience - passed, pauseMs)
  }

  function learn(outcome: Outcome): void {
    if (state.name === 'closed') {
      if (outcome === 'answered') state.outages = 0
      if (outcome === 'outage') state.outages += 1
      if (state.outages >= threshold) become({ name: 'open', since: now() })
    } else if (outcome === 'answered') {
      become({ name: 'closed', outages: 0 })
    } else if (state.name === 'half_open') {
      // After an unknown outcome the next call may probe at once.
      become({ name: 'open', since: outcome === 'outage' ? now() : now() - pauseMs })
    }
  }

  return {
    get state() {
      return state.name
    },
    waitMs,
    begin(insists) {
      if (!insists && state.name !== 'closed') {
        const retryAfterMs = waitMs()
        if (retryAfterMs > 0) return { kind: 'refused', retryAfterMs }
        become({ name: 'half_open', since: now() })
      }
      const began = period
      return {
        kind: 'attempt',
        end(outcome) {
          if (began === period) learn(outcome)
        },
      }
    },
  }
}
