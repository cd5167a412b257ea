/** Writes endings to the shared store, and retries after a failure. */
import type { EndingRecords } from './ending-records.ts'
import type { Ending, KnownEndings } from './known-endings.ts'

export interface EndingOutboxOptions {
  records: EndingRecords
  known: KnownEndings
  /** Logs a failure of the shared store. */
  onFailure(error: unknown): void
  /** Milliseconds since 1970. */
  now: () => number
}

/** No method rejects. */
export interface EndingOutbox {
  /** Writes one ending. Returns false if the store failed. */
  share(ending: Ending, write: () => Promise<boolean>): Promise<boolean>
  /** Writes all endings, shared or not. */
  shareAll(): Promise<void>
  /** Retries the endings that are not shared, at most every 5 s. */
  retryWhenDue(): void
}

const retryMs = 5000
/** Upper bound on the time for writing all endings. */
const roundMs = 60_000

/** Creates the outbox of one process. */
export function createEndingOutbox({ records, known, onFailure, now }: EndingOutboxOptions): EndingOutbox {
  /** Time at which the running round counts as over, since a Worker may cancel a round together with its request. */
  let roundUntil = 0
  let unsharedSince: number | null = null

  async function share(ending: Ending, write: () => Promise<boolean>): Promise<boolean> {
    try {
      ending.isShared = await write()
    } catch (error) {
      onFailure(error)
      ending.isShared = false
    }
    if (!ending.isShared) unsharedSince ??= now()
    return ending.isShared
  }

  async function shareDue(isDue: (ending: Ending) => boolean): Promise<void> {
    if (now() < roundUntil) return
    roundUntil = now() + roundMs
    const { sessions, people } = known
    try {
      for (const [id, ending] of sessions.entries()) {
        if (isDue(ending)) await share(ending, () => records.putSession(id))
      }
      for (const [email, ending] of people.entries()) {
        if (isDue(ending)) await share(ending, () => records.putPerson(email, ending.until))
      }
      const all = [...sessions.values(), ...people.values()]
      unsharedSince = all.every(({ isShared }) => isShared) ? null : now()
    } finally {
      roundUntil = 0
    }
  }

  return {
    share,
    shareAll: () => shareDue(() => true),
    retryWhenDue() {
      const isDue = unsharedSince !== null && now() - unsharedSince >= retryMs
      if (isDue) void shareDue(({ isShared }) => !isShared)
    },
  }
}
