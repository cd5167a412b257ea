/** Work that goes on when its request has been answered, or when its client has gone away. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Faults } from './faults.ts'

export interface BackgroundWork {
  waitUntil(work: Promise<unknown>): void
  /** Resolves when nothing is left, at the latest after `ms`, with the number of what goes on. */
  settled(ms: number): Promise<number>
}

/** Makes the list of one process. A failure that nobody else handles is a fault. */
export function createBackgroundWork(faults: Faults): BackgroundWork {
  const running = new Set<Promise<unknown>>()
  return {
    waitUntil(work) {
      const watched = work
        .catch((error: unknown) => faults.report('background work failed', error))
        .finally(() => running.delete(watched))
      running.add(watched)
    },
    async settled(ms) {
      const enough = new AbortController()
      const deadline = delay(ms, undefined, { signal: enough.signal }).catch(() => undefined)
      while (running.size > 0) {
        const isOver = await Promise.race([Promise.all(running).then(() => false), deadline.then(() => true)])
        if (isOver) break
      }
      enough.abort()
      return running.size
    },
  }
}
