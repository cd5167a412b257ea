/** State of the page and its pending requests. Each action starts a turn, and answers for earlier turns are discarded. */
import type { ApiProblem } from '../problem.ts'
import { type GalleryState, initialState } from './state.ts'

/** Returns true while the turn is the latest. */
export type IsWanted = () => boolean

export interface Showing {
  readonly state: GalleryState
  change(part: Partial<GalleryState>): void
  /** Starts a turn, which discards pending answers. */
  beginTurn(): IsWanted
  /** Returns the check for the current turn. */
  joinTurn(): IsWanted
  /** Starts a turn: calls `ask` and shows the answer or the problem. `beforeFailing` runs before a problem is shown. */
  attempt<T extends object>(
    ask: () => Promise<T | Failed>,
    show: (found: T) => void,
    beforeFailing?: () => void,
  ): Promise<void>
  /** Shows a problem. `repeat` replaces the last attempt as the action of Retry. */
  fail(problem: ApiProblem, repeat?: () => void): void
  /** Shows a hint that the action changed nothing. */
  stay(reason: NonNullable<GalleryState['hint']>['reason']): void
  retry(): void
  /** Runs the action from the photo's own history entry, once the browser is there. */
  whole(action: () => void): void
}

interface Failed {
  problem: ApiProblem
}

export function createShowing(
  onChange: (state: GalleryState) => void,
  whole: (action: () => void) => void,
): Showing {
  let state = initialState
  let turn = 0
  let again = () => {}

  const change = (part: Partial<GalleryState>) => {
    state = { ...state, ...part }
    onChange(state)
  }

  const joinTurn = () => {
    const mine = turn
    return () => mine === turn
  }

  const beginTurn = () => {
    turn++
    return joinTurn()
  }

  const fail: Showing['fail'] = (problem, repeat = again) => {
    again = repeat
    change({ isBusy: false, problem, failures: state.failures + 1 })
  }

  const attempt: Showing['attempt'] = async (ask, show, beforeFailing) => {
    again = () => void attempt(ask, show, beforeFailing)
    const isWanted = beginTurn()
    // Sends the request before the page renders.
    const asking = ask()
    change({ isBusy: true, hint: null })
    const found = await asking
    if (!isWanted()) return
    if (!isFailed(found)) return whole(() => isWanted() && show(found))
    if (!beforeFailing) return fail(found.problem)
    whole(() => {
      if (!isWanted()) return
      beforeFailing()
      fail(found.problem)
    })
  }

  return {
    get state() {
      return state
    },
    change,
    beginTurn,
    joinTurn,
    attempt,
    fail,
    stay: (reason) => change({ isBusy: false, problem: null, failures: 0, hint: { reason } }),
    retry: () => again(),
    whole,
  }
}

function isFailed(answer: object): answer is Failed {
  return 'problem' in answer
}
