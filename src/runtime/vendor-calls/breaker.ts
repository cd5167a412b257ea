/**
 * A circuit breaker for one vendor of one tenant. It goes by the clock alone and has no timers, since a Worker's request that is
 * cancelled takes its timers and its unfinished calls with it: a probe that never ends is given up, and nobody waits for it.
 */
import type { BreakerState } from '../limits/observer.ts'

export interface BreakerOptions {
  /** So many outages one after another open it. */
  threshold: number
  /** How long it stays open before one call may try. Milliseconds. */
  pauseMs: number
  /** How long that call may take before the next one tries. Milliseconds. */
  probeMs: number
  now: () => number
  onState(state: BreakerState): void
}

/** `answered`: the vendor is there, whatever it said. `outage`: it is not. `unknown`: the call says nothing about it. */
export type Outcome = 'answered' | 'outage' | 'unknown'

/** A call that may be made, and has to say how it ended. */
export interface Attempt {
  kind: 'attempt'
  end(outcome: Outcome): void
}

export interface Breaker {
  readonly state: BreakerState
  /** Whether {@link begin} would refuse now. Changes nothing. Milliseconds to wait; 0: it would not. */
  waitMs(): number
  /** Begins a call, or refuses it. One that insists is never refused, and its end counts as any other's. */
  begin(insists: boolean): Attempt | { kind: 'refused'; retryAfterMs: number }
}

type State =
  | { name: 'closed'; outages: number }
  | { name: 'open'; since: number }
  | { name: 'half_open'; since: number }

export function createBreaker({ threshold, pauseMs, probeMs, now, onState }: BreakerOptions): Breaker {
  let state: State = { name: 'closed', outages: 0 }
  /** Counts changes of state: what began before one says nothing about the time after it. */
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
    // A clock that was set back must not keep it open for hours.
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
      // A probe that says nothing leaves its turn to the next call.
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
