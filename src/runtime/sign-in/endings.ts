/**
 * Sessions that ended before their time: by a sign-out, by 'sign out everywhere', by an operator. A cookie cannot be called back. So the
 * end is remembered until the last copy of the cookie has expired, in this process and in the shared store for all others.
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

/** Nothing here rejects. A shared store that is away costs knowledge of what other processes ended, never a sign-out here. */
export interface Endings {
  /** Tells whether the session ended. The shared store's word counts for {@link verdictMs}. */
  isEnded(session: SessionFacts): Promise<boolean>
  /** The same by what this process knows now. */
  isKnownEnded(session: SessionFacts): boolean
  /** Ends one session with all its copies. Gives false where other processes cannot be told yet; they will be. */
  endSession(session: SessionFacts): Promise<boolean>
  /** Ends all sessions that a person has begun until now; gives the same. */
  endPerson(email: Email): Promise<boolean>
  /** When a session of this person that begins now counts as begun: after the last {@link endPerson}. Seconds since 1970. */
  startOf(email: Email): Promise<number>
  /** Writes all that this process knows into the shared store again, which may have lost it. */
  tellAgain(): Promise<void>
}

/** Time for which a session that had not ended is believed to go on, so that an admin's request rarely costs a call. */
const verdictMs = 30_000
/** Clocks of two machines differ by less. */
const skewSeconds = 300

/** Makes them for one process. */
export function createEndings({ kv, secrets, log, now }: EndingsOptions): Endings {
  const records = createEndingRecords({ kv, secrets, now })
  const known = createKnownEndings()
  /** Sessions that the shared store did not know as ended, until when that counts. */
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
