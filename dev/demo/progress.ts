/** Progress of a start, for the person who waits. */

/** Runs one step, and reports its name and duration. */
export type Step = <T>(what: string, run: () => Promise<T>) => Promise<T>

/** Runs a step without output, for programs that start a demo themselves. */
export const silently: Step = (_what, run) => run()

/** Returns a `Step` that writes a line for each step: its name at once, its seconds at the end. */
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
