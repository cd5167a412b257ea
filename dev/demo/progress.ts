/** Progress of a start, for the person who waits. */

/** Runs one step and tells what it is and how long it took. */
export type Step = <T>(what: string, run: () => Promise<T>) => Promise<T>

/** Runs a step without a word, for programs that start a demo for themselves. */
export const silently: Step = (_what, run) => run()

/** Writes a line for each step: its name at once, its seconds when it is over. */
export function progressTo(write: (text: string) => void, now: () => number = Date.now): Step {
  return async (what, run) => {
    const startedAt = now()
    const seconds = () => `${((now() - startedAt) / 1000).toFixed(1)} s`
    write(`  ${what} ... `)
    try {
      const result = await run()
      write(`${seconds()}\n`)
      return result
    } catch (error) {
      write(`failed after ${seconds()}\n`)
      throw error
    }
  }
}
