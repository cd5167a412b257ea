/** Runs pieces of work in the order in which they came. */
import { settlesWithin } from '../../../base/time.ts'

/**
 * Gives a function that runs one piece of work after another. Order is a courtesy to Dropbox here, not a condition of correctness: work
 * that has waited `patienceMs` milliseconds starts, since a Worker may leave the work before it pending for ever.
 */
export function createTurns(patienceMs: number): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = settlesWithin(last, patienceMs).then(work)
    last = mine
    return mine
  }
}
