/**
 * Who somebody is, in a cookie. It never says what they may do: that is asked of the tenant's configuration on each request
 * (admins.ts).
 */
import { z } from 'zod'
import type { Settings } from '../settings.ts'
import { type Email, emailSchema } from './email.ts'
import { createSealer } from './sealed-token.ts'

/** Somebody whom the identity provider knows, with an address that it has verified. */
export interface Person {
  email: Email
  /** The provider's own name for them (`sub`), which does not change. */
  subject: string
}

export interface Session extends Person {
  /** When they proved it to the identity provider. Seconds since 1970, like the others. */
  signedInAt: number
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
  issue(person: Person & { signedInAt: number }, audience: string): Promise<IssuedSession | null>
  /**
   * The session in the values of one cookie name, `null` where there is none. A sibling host can add values of its own, so all
   * valid ones have to name the same person; what is not valid counts for nothing.
   */
  read(values: readonly string[], audience: string): Promise<Session | null>
  /** Whether it is time to issue it again: half of its life is over. */
  isDue(session: Session): boolean
}

/** However often it is renewed, a session ends this long after the sign-in. */
export const maxSessionSeconds = 30 * 24 * 3600

const contentSchema = z.object({ email: emailSchema, sub: z.string().min(1), auth_time: z.number().int() })

export type SessionSettings = Pick<Settings, 'sessionSecrets' | 'sessionTtlSeconds'>

/** Makes what issues and reads sessions. `now`: milliseconds since 1970. */
export function createSessions(
  { sessionSecrets, sessionTtlSeconds }: SessionSettings,
  now: () => number,
): Sessions {
  const sealer = createSealer({ secrets: sessionSecrets, purpose: 'session', schema: contentSchema, now })
  const seconds = () => Math.floor(now() / 1000)

  async function open(token: string, audience: string): Promise<Session[]> {
    const opened = await sealer.open(token, audience)
    // A shorter TTL in the environment counts at once, also for sessions that were issued before.
    if (!opened || opened.issuedAt + sessionTtlSeconds <= seconds()) return []
    const { content, issuedAt, expiresAt } = opened
    const { email, sub: subject, auth_time: signedInAt } = content
    return [{ email, subject, signedInAt, issuedAt, expiresAt }]
  }

  return {
    async issue({ email, subject, signedInAt }, audience) {
      const maxAgeSeconds = Math.min(sessionTtlSeconds, signedInAt + maxSessionSeconds - seconds())
      if (maxAgeSeconds <= 0) return null
      const content = { email, sub: subject, auth_time: signedInAt }
      return {
        token: await sealer.seal(content, { audience, expiresInSeconds: maxAgeSeconds }),
        maxAgeSeconds,
      }
    },

    async read(values, audience) {
      const found = (await Promise.all(values.map((value) => open(value, audience)))).flat()
      const [first] = found
      if (!first || found.some((other) => !isSamePerson(first, other))) return null
      return found.reduce((latest, other) => (other.expiresAt > latest.expiresAt ? other : latest), first)
    },

    isDue: ({ issuedAt }) => seconds() - issuedAt >= sessionTtlSeconds / 2,
  }
}

function isSamePerson(one: Person, other: Person): boolean {
  return one.subject === other.subject && one.email === other.email
}
