/** What is shown now, and what is on its way. Each action is a turn: what arrives for an earlier turn is no longer wanted. */
import type { ApiProblem } from '../problem.ts'
import { type GalleryState, initialState } from './state.ts'

/** Tells whether nothing else was asked for in the meantime. */
export type IsWanted = () => boolean

export interface Showing {
  readonly state: GalleryState
  change(part: Partial<GalleryState>): void
  /** A new turn: whatever was asked for before is no longer wanted. */
  beginTurn(): IsWanted
  /** The turn that goes on. */
  joinTurn(): IsWanted
  /** A turn that asks for something and shows it, or else why it cannot be had; `beforeFailing`: what is shown then must not stay. */
  attempt<T extends object>(
    ask: () => Promise<T | Failed>,
    show: (found: T) => void,
    beforeFailing?: () => void,
  ): Promise<void>
  /** `repeat`: another way to go on than the last attempt once more. */
  fail(problem: ApiProblem, repeat?: () => void): void
  /** Nothing went wrong, and nothing changed. */
  stay(reason: NonNullable<GalleryState['hint']>['reason']): void
  retry(): void
  /** Does this once the browser's history may be written to: from the photo's own entry. */
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
    // The question is on its way while the page is drawn.
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
