/** Runs tasks one after another, in the order of the calls. */
import { settlesWithin } from '../../../base/time.ts'

/**
 * Creates a function that runs tasks one after another. Order only avoids conflicts at Dropbox; correctness does not depend on it.
 * So a task starts after waiting `patienceMs` milliseconds, because a Worker may leave the previous task pending forever.
 */
export function createTurns(patienceMs: number): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = settlesWithin(last, patienceMs).then(work)
    last = mine
    return mine
  }
}
