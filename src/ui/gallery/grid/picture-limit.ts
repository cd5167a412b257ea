/** Pause of all pictures in the grid while the server refuses them with a rate limit. */
import type { ApiProblem } from '../../problem.ts'
import { kindOf } from '../../problem-kind.ts'
import { pictureProblemAt } from '../gallery-api.ts'

export interface PictureLimit {
  /** Reason of the pause; `null` without a pause. */
  readonly problem: ApiProblem | null
  /** Consecutive pauses. */
  readonly pauses: number
  /** Resolves at the end of the pause; `null` without a pause. */
  pause(): Promise<void> | null
  /** Finds out why a picture failed. Waits for the end of a pause, then resolves with true if a retry is worthwhile. */
  failed(url: string): Promise<boolean>
  /** Ends the pause. */
  resume(): void
}

/** Creates the limit of a grid. Calls `onChange` when a pause begins and when it ends. */
export function createPictureLimit(onChange: () => void): PictureLimit {
  let problem: ApiProblem | null = null
  let pauses = 0
  let waiting: PromiseWithResolvers<void> | null = null
  let questions: Promise<unknown> = Promise.resolve()

  async function check(url: string): Promise<boolean> {
    if (!waiting) {
      const found = await pictureProblemAt(url)
      if (!found) {
        pauses = 0
        return true
      }
      if (kindOf(found) !== 'slowDown') return false
      problem = found
      pauses++
      waiting = Promise.withResolvers()
      onChange()
    }
    return true
  }

  return {
    get problem() {
      return problem
    },
    get pauses() {
      return pauses
    },
    pause: () => waiting?.promise ?? null,
    async failed(url) {
      // Serial, so that after the first refusal the others need no request.
      const mine = questions.then(() => check(url))
      questions = mine
      const isWorthIt = await mine
      await waiting?.promise
      return isWorthIt
    },
    resume() {
      const ended = waiting
      problem = null
      waiting = null
      ended?.resolve()
      onChange()
    },
  }
}
