/** Pictures of the grid that the server refuses for a while: one question for all of them, and one pause. */
import type { ApiProblem } from '../../problem.ts'
import { kindOf } from '../../problem-kind.ts'
import { pictureProblemAt } from '../gallery-api.ts'

export interface PictureLimit {
  /** Why the pictures pause; `null` while they do not. */
  readonly problem: ApiProblem | null
  /** Pauses in a row. */
  readonly pauses: number
  /** The end of the pause; `null` while there is none. */
  pause(): Promise<void> | null
  /** Finds out why a picture failed. Gives true when it is worth asking for again, after the pause where there is one. */
  failed(url: string): Promise<boolean>
  /** Ends the pause. */
  resume(): void
}

/** Makes the limit of one grid. `onChange` is told when a pause begins and when it ends. */
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
      // One after the other: where the first is refused, the others know why without asking.
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
