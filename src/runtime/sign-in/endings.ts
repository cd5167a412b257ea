/**
 * Sessions that ended early: by a sign-out, by 'sign out everywhere', or by an operator. A cookie cannot be revoked. So this process and
 * the shared store remember the ending until the last copy of the cookie has expired.
 */
import { LRUCache } from 'lru-cache'
import type { Secret } from '../../base/secret.ts'
import type { Email } from '../../contract/email.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import { createEndingOutbox } from './ending-outbox.ts'
import { createEndingRecords } from './ending-records.ts'
import { createKnownEndings, maxRemembered, type SessionFacts } from './known-endings.ts'

export interface EndingsOptions {
  kv: KeyValueStore
  secrets: readonly [Secret, ...Secret[]]
  log: Logger
  /** Milliseconds since 1970. */
  now: () => number
}

/** No method rejects. Without the shared store, a process misses endings of other processes but still applies its own. */
export interface Endings {
  /** Checks if the session ended. An answer of the shared store is cached for {@link verdictMs}. */
  isEnded(session: SessionFacts): Promise<boolean>
  /** Checks the same from memory only. */
  isKnownEnded(session: SessionFacts): boolean
  /** Ends one session with all its copies. Returns false if the shared store failed; the ending is then written later. */
  endSession(session: SessionFacts): Promise<boolean>
  /** Ends all sessions that a person has begun until now. Returns false like {@link endSession}. */
  endPerson(email: Email): Promise<boolean>
  /** Returns a start time for a new session of this person, later than the last {@link endPerson}. Seconds since 1970. */
  startOf(email: Email): Promise<number>
  /** Writes all known endings to the shared store again, which may have lost them. */
  tellAgain(): Promise<void>
}

/** Time for which a session counts as alive after a check, so that an admin's requests rarely call the shared store. */
const verdictMs = 30_000
/** Upper bound on the difference between the clocks of two machines. */
const skewSeconds = 300

/** Creates the {@link Endings} of one process. */
export function createEndings({ kv, secrets, log, now }: EndingsOptions): Endings {
  const records = createEndingRecords({ kv, secrets, now })
  const known = createKnownEndings()
  /** Sessions that had not ended when the shared store was asked, and the time until which that answer counts. */
  const alive = new LRUCache<string, number>({ max: maxRemembered })

  const onFailure = (error: unknown) => {
    log.warn('shared store failed', { operation: 'endings', error: describeError(error) })
    return null
  }
  const outbox = createEndingOutbox({ records, known, onFailure, now })
  const seconds = () => Math.floor(now() / 1000)

  async function learn({ id, email }: SessionFacts): Promise<void> {
    const [isEnded, until] = await Promise.all([
      records.hasSession(id).catch(onFailure),
      records.endOf(email).catch(onFailure),
    ])
    if (isEnded) known.sessions.set(id, { isShared: true })
    known.learnPerson(email, until)
  }

  return {
    isKnownEnded: known.isEnded,

    async isEnded(session) {
      if (known.isEnded(session)) return true
      outbox.retryWhenDue()
      if ((alive.get(session.id) ?? 0) > now()) return false
      const askedAt = now()
      await learn(session)
      // The session may also have ended here while the store was asked.
      if (known.isEnded(session)) return true
      alive.set(session.id, askedAt + verdictMs)
      return false
    },

    endSession({ id }) {
      const ending = { isShared: false }
      known.sessions.set(id, ending)
      return outbox.share(ending, () => records.putSession(id))
    },

    endPerson(email) {
      const until = Math.max(seconds(), known.endOf(email))
      const ending = { until, isShared: false }
      known.people.set(email, ending)
      return outbox.share(ending, () => records.putPerson(email, until))
    },

    async startOf(email) {
      known.learnPerson(email, await records.endOf(email).catch(onFailure))
      const ended = known.endOf(email)
      return ended - seconds() > skewSeconds ? seconds() : Math.max(seconds(), ended + 1)
    },

    tellAgain() {
      alive.clear()
      return outbox.shareAll()
    },
  }
}
