/** Work that goes on when its request has been answered, or when its client has gone away. */
import { setTimeout as delay } from 'node:timers/promises'
import { describeError, type Logger } from '../runtime/log.ts'

export interface BackgroundWork {
  waitUntil(work: Promise<unknown>): void
  /** Resolves when nothing is left, at the latest after `ms`. */
  settled(ms: number): Promise<void>
}

/** Makes the list of one process. A failure that nobody else handles is logged. */
export function createBackgroundWork(log: Logger): BackgroundWork {
  const running = new Set<Promise<unknown>>()
  return {
    waitUntil(work) {
      const watched = work
        .catch((error: unknown) => log.error('background work failed', { error: describeError(error) }))
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
    },
  }
}
