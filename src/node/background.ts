/** Work that continues after its request was answered or its client disconnected. */
import { settlesWithin } from '../base/time.ts'
import type { Faults } from './faults.ts'

export interface BackgroundWork {
  waitUntil(work: Promise<unknown>): void
  /** Resolves when no work is left, or after `ms`, with the number of tasks that still run. */
  settled(ms: number): Promise<number>
}

/** Creates the background work of one process. An unhandled failure is reported as a fault. */
export function createBackgroundWork(faults: Faults): BackgroundWork {
  const running = new Set<Promise<unknown>>()

  async function nothingLeft(): Promise<void> {
    while (running.size > 0) await Promise.all(running)
  }

  return {
    waitUntil(work) {
      const watched = work
        .catch((error: unknown) => faults.report('background work failed', error))
        .finally(() => running.delete(watched))
      running.add(watched)
    },
    async settled(ms) {
      await settlesWithin(nothingLeft(), ms)
      return running.size
    },
  }
}
