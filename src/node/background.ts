/** Work that goes on when its request has been answered, or when its client has gone away. */
import { settlesWithin } from '../base/time.ts'
import type { Faults } from './faults.ts'

export interface BackgroundWork {
  waitUntil(work: Promise<unknown>): void
  /** Resolves when nothing is left, at the latest after `ms`, with the number of what goes on. */
  settled(ms: number): Promise<number>
}

/** Makes the list of one process. A failure that nobody else handles is a fault. */
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
