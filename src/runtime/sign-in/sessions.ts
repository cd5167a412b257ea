/**
 * Who somebody is, in a cookie. It never says what they may do: that is asked of the tenant's configuration on each request
 * (admins.ts).
 */
import { z } from 'zod'
import { type Email, emailSchema } from '../../contract/email.ts'
import { createSealer } from '../sealing/sealed-token.ts'
import type { Settings } from '../settings/settings.ts'

/** Somebody whom the identity provider knows, with an address that it has verified. */
export interface Person {
  email: Email
  /** The provider's own name for them (`sub`), which does not change. */
  subject: string
}

/** One sign-in of one person, in all cookies that carry it. */
export interface SignedIn extends Person {
  /** Names the sign-in: all cookies that came of it share the id, renewals included, so one sign-out ends them all. */
  id: string
  /** When the sign-in was completed here. Seconds since 1970, like the others. */
  signedInAt: number
  /** When the person last proved to the identity provider who they are (its `auth_time`), at the latest {@link signedInAt}. */
  provedAt: number
}

export interface Session extends SignedIn {
  issuedAt: number
  expiresAt: number
}

export interface IssuedSession {
  token: string
  /** For how long a browser should keep it. */
  maxAgeSeconds: number
}

export interface Sessions {
  /** `null` where the sign-in is too old to be carried on. */
  issue(signedIn: SignedIn, audience: string): Promise<IssuedSession | null>
  /** All valid sessions in the values of one cookie name, ended ones included. */
  open(values: readonly string[], audience: string): Promise<Session[]>
  /**
   * The session in the values of one cookie name, `null` where there is none. A sibling host can add values of its own, so all
   * valid ones have to name the same person; what is not valid, or has ended, counts for nothing.
   */
  read(values: readonly string[], audience: string): Promise<Session | null>
  /** Whether it is time to issue it again: half of its life is over. */
  isDue(session: Session): boolean
}

/** However often it is renewed, a session ends this long after the sign-in. */
export const maxSessionSeconds = 30 * 24 * 3600

const contentSchema = z.object({
  email: emailSchema,
  sub: z.string().min(1),
  auth_time: z.number().int(),
  /** Missing in sessions of the first version, which end within their 30 days. */
  sid: z.string().min(1).exactOptional(),
  proved_at: z.number().int().exactOptional(),
})

export type SessionSettings = Pick<Settings, 'sessionSecrets' | 'sessionTtlSeconds'>

export interface SessionsOptions {
  /** Tells whether the session ended before its time (endings.ts). */
  isEnded(session: Session): Promise<boolean>
  /** Milliseconds since 1970. */
  now: () => number
}

/** Makes an id that cannot be guessed. */
export function newSessionId(): string {
  return crypto.randomUUID()
}

/** Makes what issues and reads sessions. */
export function createSessions(
  { sessionSecrets, sessionTtlSeconds }: SessionSettings,
  { isEnded, now }: SessionsOptions,
): Sessions {
  const sealer = createSealer({ secrets: sessionSecrets, purpose: 'session', schema: contentSchema, now })
  const seconds = () => Math.floor(now() / 1000)

  async function openOne(token: string, audience: string): Promise<Session[]> {
    const opened = await sealer.open(token, audience)
    // A shorter TTL in the environment counts at once, also for sessions that were issued before.
    if (!opened || opened.issuedAt + sessionTtlSeconds <= seconds()) return []
    const { content, issuedAt, expiresAt } = opened
    const { email, sub: subject, auth_time: signedInAt } = content
    const { sid: id = idOfOlder(subject, signedInAt), proved_at: provedAt = signedInAt } = content
    return [{ id, email, subject, signedInAt, provedAt, issuedAt, expiresAt }]
  }

  async function open(values: readonly string[], audience: string): Promise<Session[]> {
    return (await Promise.all(values.map((value) => openOne(value, audience)))).flat()
  }

  return {
    open,

    async issue({ id, email, subject, signedInAt, provedAt }, audience) {
      const maxAgeSeconds = Math.min(sessionTtlSeconds, signedInAt + maxSessionSeconds - seconds())
      if (maxAgeSeconds <= 0) return null
      const content = { email, sub: subject, auth_time: signedInAt, sid: id, proved_at: provedAt }
      return {
        token: await sealer.seal(content, { audience, expiresInSeconds: maxAgeSeconds }),
        maxAgeSeconds,
      }
    },

    async read(values, audience) {
      const valid = await open(values, audience)
      const ended = await Promise.all(valid.map(isEnded))
      const found = valid.filter((_session, index) => !ended[index])
      const [first] = found
      if (!first || found.some((other) => !isSamePerson(first, other))) return null
      return found.reduce((latest, other) => (other.expiresAt > latest.expiresAt ? other : latest), first)
    },

    isDue: ({ issuedAt }) => seconds() - issuedAt >= sessionTtlSeconds / 2,
  }
}

/** Renewals keep the time of the sign-in, so all copies of such a session share this id as well. */
function idOfOlder(subject: string, signedInAt: number): string {
  return `${signedInAt} ${subject}`
}

export function isSamePerson(one: Person, other: Person): boolean {
  return one.subject === other.subject && one.email === other.email
}
