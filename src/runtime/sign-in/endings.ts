/**
 * Sessions that ended before their time: by a sign-out, by 'sign out everywhere', by an operator. A cookie cannot be called back. So the
 * end is remembered until the last copy of the cookie has expired, in this process and in the shared store for all others.
 */
import { LRUCache } from 'lru-cache'
import type { Secret } from '../../base/secret.ts'
import type { Email } from '../../contract/email.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import { createEndingRecords } from './ending-records.ts'
import type { Session } from './sessions.ts'

export interface EndingsOptions {
  kv: KeyValueStore
  secrets: readonly [Secret, ...Secret[]]
  log: Logger
  /** Milliseconds since 1970. */
  now: () => number
}

type Facts = Pick<Session, 'id' | 'email' | 'signedInAt'>

/** Nothing here rejects. A shared store that is away costs knowledge of what other processes ended, never a sign-out here. */
export interface Endings {
  /** Tells whether the session ended. The shared store's word counts for {@link verdictMs}. */
  isEnded(session: Facts): Promise<boolean>
  /** The same by what this process knows now. */
  isKnownEnded(session: Facts): boolean
  /** Ends one session with all its copies. Gives false where other processes cannot be told yet; they will be. */
  endSession(session: Facts): Promise<boolean>
  /** Ends all sessions that a person has begun until now; gives the same. */
  endPerson(email: Email): Promise<boolean>
  /** When a session of this person that begins now counts as begun: after the last {@link endPerson}. Seconds since 1970. */
  startOf(email: Email): Promise<number>
  /** Writes all that this process knows into the shared store again, which may have lost it. */
  tellAgain(): Promise<void>
}

/** Time for which a session that had not ended is believed to go on, so that an admin's request rarely costs a call. */
const verdictMs = 30_000
/** Sessions and people remembered per process; about 300 bytes each. */
const maxRemembered = 10_000
const retryMs = 5000
/** Longer than writing {@link maxRemembered} records one after the other takes. */
const tellingMs = 60_000
/** Clocks of two machines differ by less. */
const skewSeconds = 300

interface Remembered {
  isShared: boolean
}

interface RememberedPerson extends Remembered {
  /** Sessions that began up to here have ended. Seconds since 1970. */
  until: number
}

/** Makes them for one process. */
export function createEndings({ kv, secrets, log, now }: EndingsOptions): Endings {
  const records = createEndingRecords({ kv, secrets, now })
  const sessions = new LRUCache<string, Remembered>({ max: maxRemembered })
  const people = new LRUCache<Email, RememberedPerson>({ max: maxRemembered })
  const alive = new LRUCache<string, number>({ max: maxRemembered })
  /** End of the turn of {@link tell}, by the clock: a Worker's request that is cut off takes its unfinished work with it. */
  let tellingUntil = 0
  let unsharedSince: number | null = null

  const seconds = () => Math.floor(now() / 1000)
  const failed = (error: unknown) => {
    log.warn('shared store failed', { operation: 'endings', error: describeError(error) })
    return null
  }

  function isKnownEnded({ id, email, signedInAt }: Facts): boolean {
    return sessions.has(id) || signedInAt <= (people.get(email)?.until ?? 0)
  }

  /** Keeps an end that is known here as it is: the store's word may come from its stand-in, which no other process hears. */
  function rememberPerson(email: Email, until: number): void {
    if (until > (people.get(email)?.until ?? 0)) people.set(email, { until, isShared: true })
  }

  async function learn({ id, email }: Facts): Promise<void> {
    const [isEnded, until] = await Promise.all([
      records.hasSession(id).catch(failed),
      records.endOf(email).catch(failed),
    ])
    if (isEnded) sessions.set(id, { isShared: true })
    if (until !== null) rememberPerson(email, until)
  }

  async function share(entry: Remembered, write: () => Promise<boolean>): Promise<boolean> {
    entry.isShared = (await write().catch(failed)) === true
    if (!entry.isShared) unsharedSince ??= now()
    return entry.isShared
  }

  async function tell(isDue: (entry: Remembered) => boolean): Promise<void> {
    if (now() < tellingUntil) return
    tellingUntil = now() + tellingMs
    try {
      for (const [id, entry] of sessions.entries()) {
        if (isDue(entry)) await share(entry, () => records.putSession(id))
      }
      for (const [email, entry] of people.entries()) {
        if (isDue(entry)) await share(entry, () => records.putPerson(email, entry.until))
      }
      const all = [...sessions.values(), ...people.values()]
      unsharedSince = all.every(({ isShared }) => isShared) ? null : now()
    } finally {
      tellingUntil = 0
    }
  }

  return {
    isKnownEnded,

    async isEnded(session) {
      if (isKnownEnded(session)) return true
      if (unsharedSince !== null && now() - unsharedSince >= retryMs) void tell(({ isShared }) => !isShared)
      if ((alive.get(session.id) ?? 0) > now()) return false
      const askedAt = now()
      await learn(session)
      // The session may also have ended here while the store was asked.
      if (isKnownEnded(session)) return true
      alive.set(session.id, askedAt + verdictMs)
      return false
    },

    endSession({ id }) {
      const entry = { isShared: false }
      sessions.set(id, entry)
      return share(entry, () => records.putSession(id))
    },

    endPerson(email) {
      const until = Math.max(seconds(), people.get(email)?.until ?? 0)
      const entry = { until, isShared: false }
      people.set(email, entry)
      return share(entry, () => records.putPerson(email, until))
    },

    async startOf(email) {
      const until = await records.endOf(email).catch(failed)
      if (until !== null) rememberPerson(email, until)
      const ended = people.get(email)?.until ?? 0
      return ended - seconds() > skewSeconds ? seconds() : Math.max(seconds(), ended + 1)
    },

    tellAgain() {
      alive.clear()
      return tell(() => true)
    },
  }
}
