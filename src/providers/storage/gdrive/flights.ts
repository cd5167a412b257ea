/** Shares running work among concurrent callers. */
import { settlesWithin } from '../../../base/time.ts'

/**
 * Creates a function that runs `work` unless the same work is running, whose result it then shares. Waits at most `patienceMs` for the work
 * of another caller, because a Worker may leave the promises of an ended request pending forever.
 */
export function createFlights<T>(patienceMs: number): (key: string, work: () => Promise<T>) => Promise<T> {
  const flights = new Map<string, Promise<T>>()
  return async (key, work) => {
    const running = flights.get(key)
    if (running && (await settlesWithin(running, patienceMs))) return running
    const mine = work()
    flights.set(key, mine)
    const land = () => {
      if (flights.get(key) === mine) flights.delete(key)
    }
    mine.then(land, land)
    return mine
  }
}
