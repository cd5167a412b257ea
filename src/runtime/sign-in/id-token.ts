/** The one place that believes an identity provider: the checks of an ID token (OpenID Connect Core 1.0, section 3.1.3.7). */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { z } from 'zod'
import { equalInConstantTime } from '../../contract/constant-time.ts'
import { parseEmail } from '../../contract/email.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { providerUnavailable, SignInRefusal } from './errors.ts'
import { explainJoseError, invalidIdToken } from './id-token-trouble.ts'
import { quoted } from './quoted.ts'
import type { Person } from './sessions.ts'

export interface IdTokenChecks {
  issuer: string
  clientId: string
  /** Of the sign-in that the token has to belong to. */
  nonce: string
  keys: JWTVerifyGetKey
  /** From {@link algorithmsOf}. */
  algorithms: string[]
  /** Milliseconds since 1970. */
  now: () => number
}

export interface CheckedIdToken {
  person: Person
  /** When the person authenticated at the provider, where it says so. Seconds since 1970. */
  authTime?: number
  /** The provider's name for its own session (OpenID Connect Front-Channel Logout 1.0, section 3). */
  providerSession?: string
}

const toleranceSeconds = 60
/** A token that belongs to this sign-in has just been made. */
const maxAgeSeconds = 600

const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  aud: z.union([z.string(), z.array(z.string())]),
  azp: z.string().optional(),
  nonce: z.string(),
  email: z.unknown().optional(),
  email_verified: z.unknown().optional(),
  auth_time: z.number().optional(),
  sid: z.string().max(255).optional().catch(undefined),
})

/**
 * Gives what a token says. Throws {@link SignInRefusal}, whose cause tells the operator what is wrong with the token, or
 * `sign_in_unavailable` where the keys cannot be had.
 */
export async function checkIdToken(token: string, checks: IdTokenChecks): Promise<CheckedIdToken> {
  const { issuer, clientId, nonce, keys, algorithms, now } = checks
  const verified = await jwtVerify(token, keys, {
    issuer,
    audience: clientId,
    algorithms,
    clockTolerance: toleranceSeconds,
    // jose looks at `iat` only because of this: without it a token from the future would pass.
    maxTokenAge: maxAgeSeconds,
    requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
    currentDate: new Date(now()),
  }).catch((error: unknown) => {
    throw error instanceof errors.JOSEError ? explainJoseError(error, token, checks) : error
  })
  const claims = claimsSchema.safeParse(verified.payload)
  if (!claims.success) {
    const about = String(claims.error.issues[0]?.path[0])
    throw invalidIdToken(about, `The claim ${about} is ${quoted(verified.payload[about])}.`)
  }
  const { aud, azp, sub, email, email_verified, auth_time, sid } = claims.data
  if (!equalInConstantTime(nonce, claims.data.nonce)) {
    throw invalidIdToken('nonce', 'The nonce is that of another sign-in: the token is a replay.')
  }
  const isMeantForSeveral = Array.isArray(aud) && aud.length > 1
  if (azp === undefined ? isMeantForSeveral : azp !== clientId) {
    const words = `The token is for ${quoted(aud)}, authorized party ${quoted(azp)}; our client is ${quoted(clientId)}.`
    throw invalidIdToken('azp', words)
  }
  return {
    person: { subject: sub, email: verifiedEmail(email, email_verified) },
    ...(auth_time !== undefined && { authTime: Math.floor(auth_time) }),
    ...(sid !== undefined && { providerSession: sid }),
  }
}

/**
 * The provider's signing keys: fetched when needed, again after an hour, again for a key that is not among them (at most every
 * 30 s), and kept while the provider is away.
 */
export function createSigningKeys(jwksUri: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(jwksUri), {
    cacheMaxAge: 3600_000,
    [customFetch]: fetchBounded,
  })
  return async (header, token) => {
    try {
      return await remote(header, token)
    } catch (error) {
      if (isAboutTheToken(error)) throw error
      const kept = remote.jwks()
      if (kept) return createLocalJWKSet(kept)(header, token)
      throw providerUnavailable(error)
    }
  }
}

function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}

function verifiedEmail(email: unknown, isVerified: unknown): Person['email'] {
  const parsed = typeof email === 'string' ? parseEmail(email) : null
  if (parsed === null) {
    throw new SignInRefusal(
      'email_missing',
      'The sign-in service gave no e-mail address that can be used here (ASCII letters only).',
      { about: 'email', cause: new Error(`The claim email is ${kindOf(email)}.`) },
    )
  }
  if (isVerified === true) return parsed
  // A string "true" does not count: some providers' own scripts send it for any address.
  const cause = new Error(`The claim email_verified is ${quoted(isVerified)}; it has to be the boolean true.`)
  const details = { about: 'email_verified', cause }
  if (isVerified === false) {
    throw new SignInRefusal(
      'email_not_verified',
      'Your e-mail address is not confirmed yet. Follow the link in the mail of the sign-in service, then sign in again.',
      details,
    )
  }
  if (isVerified === undefined) {
    throw new SignInRefusal(
      'email_verification_missing',
      'The sign-in service did not say whether your e-mail address is confirmed. The operator of this site has to change that (claim email_verified).',
      details,
    )
  }
  throw new SignInRefusal(
    'email_verification_malformed',
    'The sign-in service did not say clearly whether your e-mail address is confirmed. The operator of this site has to change that (claim email_verified).',
    details,
  )
}

/** Never the address itself: it has not been verified. */
function kindOf(email: unknown): string {
  if (typeof email === 'string') return 'a text that is no e-mail address in ASCII'
  return email === undefined ? 'missing' : 'no text'
}
