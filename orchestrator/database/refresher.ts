/** Repeats a read as part of the calls that need it. During an outage of the database, the result of the last read stays in use for a while. */
import { setTimeout as pause } from 'node:timers/promises'
import { PlaneUnavailable } from '../contract/ports.ts'

export interface RefresherOptions {
  /** Reads, and keeps the result. */
  read(): Promise<void>
  now: () => number
  /** Longest use of a result during an outage. Default 300,000. */
  graceMs?: number | undefined
}

export interface Refresher {
  /**
   * Reads again if the last read is older than `maxAgeMs`. Returns `undefined` without a read. Rejects with {@link PlaneUnavailable} if the
   * database is away for longer than the grace.
   */
  refresh(maxAgeMs: number): Promise<void> | undefined
  /** Tells if the last read failed because of an outage. */
  isAway(): boolean
}

/** Longest wait of a call for the next try during an outage, and the shortest interval between two tries. */
const tryMs = 250

/** Creates the refresher. Concurrent calls share a read. */
export function createRefresher({ read, now, graceMs = 300_000 }: RefresherOptions): Refresher {
  let readAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let outage: PlaneUnavailable | undefined
  let reading: Promise<void> | undefined

  async function tryRead(): Promise<void> {
    const startedAt = now()
    try {
      await read()
      readAt = startedAt
      outage = undefined
    } catch (error) {
      if (!(error instanceof PlaneUnavailable)) throw error
      outage = error
    } finally {
      triedAt = now()
      reading = undefined
    }
  }

  async function readOrRely(): Promise<void> {
    const isTriedLately = outage !== undefined && now() - triedAt < tryMs
    if (!isTriedLately) {
      reading ??= tryRead()
      await (outage ? Promise.race([reading, pause(tryMs, undefined, { ref: false })]) : reading)
    }
    if (outage && now() - readAt > graceMs) throw outage
  }

  return {
    refresh: (maxAgeMs) => (now() - readAt <= maxAgeMs ? undefined : readOrRely()),
    isAway: () => outage !== undefined,
  }
}
