/**
 * Identity of a signed-in person, in a cookie. The cookie grants no rights: each request checks the tenant's configuration (admins.ts).
 */
import { z } from 'zod'
import { createSealer } from '../../base/sealing/sealed-token.ts'
import { emailSchema } from '../../contract/email.ts'
import type { Person } from '../../openid/person.ts'
import type { Settings } from '../settings/settings.ts'

/** Sign-in of a person, shared by all cookies that descend from it. */
export interface SignedIn extends Person {
  /** Id of the sign-in. All its cookies share the id, renewals included, so one sign-out ends them all. */
  id: string
  /** Time at which the sign-in completed here. Seconds since 1970. */
  signedInAt: number
  /** Time of the last authentication at the identity provider (`auth_time`), capped at {@link signedInAt}. Seconds since 1970. */
  provedAt: number
}

export interface Session extends SignedIn {
  issuedAt: number
  expiresAt: number
}

export interface IssuedSession {
  token: string
  /** Lifetime of the cookie. */
  maxAgeSeconds: number
}

export interface Sessions {
  /** Issues a session. Returns `null` if the sign-in is too old to renew. */
  issue(signedIn: SignedIn, audience: string): Promise<IssuedSession | null>
  /** Returns all valid sessions in the values of one cookie name, including ended sessions. */
  open(values: readonly string[], audience: string): Promise<Session[]>
  /**
   * Returns the session in the values of one cookie name, or `null`. A sibling host can add its own values, so all valid sessions must name
   * the same person. Invalid values and ended sessions are ignored.
   */
  read(values: readonly string[], audience: string): Promise<Session | null>
  /** Checks if the session needs renewal: half of its lifetime is over. */
  isDue(session: Session): boolean
}

/** Lifetime of a sign-in, renewals included. */
export const maxSessionSeconds = 30 * 24 * 3600

const contentSchema = z.object({
  email: emailSchema,
  sub: z.string().min(1),
  auth_time: z.number().int(),
  /** Missing in sessions of the first version, which end within 30 days. */
  sid: z.string().min(1).exactOptional(),
  proved_at: z.number().int().exactOptional(),
})

export type SessionSettings = Pick<Settings, 'sessionSecrets' | 'sessionTtlSeconds'>

export interface SessionsOptions {
  /** Checks if the session ended early (endings.ts). */
  isEnded(session: Session): Promise<boolean>
  /** Milliseconds since 1970. */
  now: () => number
}

/** Creates an unguessable id. */
export function newSessionId(): string {
  return crypto.randomUUID()
}

/** Creates the issuer and reader of sessions. */
export function createSessions(
  { sessionSecrets, sessionTtlSeconds }: SessionSettings,
  { isEnded, now }: SessionsOptions,
): Sessions {
  const sealer = createSealer({ secrets: sessionSecrets, purpose: 'session', schema: contentSchema, now })
  const seconds = () => Math.floor(now() / 1000)

  async function openOne(token: string, audience: string): Promise<Session[]> {
    const opened = await sealer.open(token, audience)
    // A shorter TTL in the environment applies at once, also to sessions issued before.
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

/** Derives the id of a session without `sid`. Renewals keep the sign-in time, so all copies share this id. */
function idOfOlder(subject: string, signedInAt: number): string {
  return `${signedInAt} ${subject}`
}

export function isSamePerson(one: Person, other: Person): boolean {
  return one.subject === other.subject && one.email === other.email
}
