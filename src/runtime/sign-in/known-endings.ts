/** Endings that this process knows of: single sessions, and all sessions of a person that began up to a time. */
import { LRUCache } from 'lru-cache'
import type { Email } from '../../contract/email.ts'
import type { Session } from './sessions.ts'

/** Fields of a session that decide about its ending. */
export type SessionFacts = Pick<Session, 'id' | 'email' | 'signedInAt'>

export interface Ending {
  /** True once the shared store has the ending. */
  isShared: boolean
}

interface PersonEnding extends Ending {
  /** Sessions that began up to this time have ended. Seconds since 1970. */
  until: number
}

export interface KnownEndings {
  readonly sessions: LRUCache<string, Ending>
  readonly people: LRUCache<Email, PersonEnding>
  isEnded(session: SessionFacts): boolean
  /** Returns the time up to which the person's sessions have ended, or 0. Seconds since 1970. */
  endOf(email: Email): number
  /**
   * Adopts a later ending of a person from the shared store. A known ending keeps `isShared`, since the answer may come from the store's
   * local fallback, which no other process reads.
   */
  learnPerson(email: Email, until: number | null): void
}

/** Upper bound on sessions and on people remembered per process (about 300 bytes each). */
export const maxRemembered = 10_000

/** Creates the memory of one process. */
export function createKnownEndings(): KnownEndings {
  const sessions = new LRUCache<string, Ending>({ max: maxRemembered })
  const people = new LRUCache<Email, PersonEnding>({ max: maxRemembered })
  const endOf = (email: Email) => people.get(email)?.until ?? 0
  return {
    sessions,
    people,
    isEnded: ({ id, email, signedInAt }) => sessions.has(id) || signedInAt <= endOf(email),
    endOf,
    learnPerson(email, until) {
      if (until !== null && until > endOf(email)) people.set(email, { until, isShared: true })
    },
  }
}
