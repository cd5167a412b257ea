/** Checks of an ID token (OpenID Connect Core 1.0, section 3.1.3.7). No other code trusts the identity provider. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { z } from 'zod'
import { equalInConstantTime } from '../contract/constant-time.ts'
import { parseEmail } from '../contract/email.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { providerUnavailable, SignInRefusal } from './errors.ts'
import { explainJoseError, invalidIdToken } from './id-token-trouble.ts'
import type { Person } from './person.ts'
import { quoted } from './quoted.ts'

export interface IdTokenChecks {
  issuer: string
  clientId: string
  /** Nonce of the sign-in to which the token must belong. */
  nonce: string
  keys: JWTVerifyGetKey
  /** From {@link algorithmsOf}. */
  algorithms: string[]
  /** Milliseconds since 1970. */
  now: () => number
}

export interface CheckedIdToken {
  person: Person
  /** Time at which the person authenticated at the provider, if the provider reports it. Seconds since 1970. */
  authTime?: number
  /** Id of the provider's own session (OpenID Connect Front-Channel Logout 1.0, section 3). */
  providerSession?: string
}

const toleranceSeconds = 60
/** Upper bound on the age of a token, since the provider has just issued it for this sign-in. */
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
 * Checks a token and returns its content. Throws {@link SignInRefusal}, whose cause explains the fault to the operator, or
 * `sign_in_unavailable` if the keys are unavailable.
 */
export async function checkIdToken(token: string, checks: IdTokenChecks): Promise<CheckedIdToken> {
  const { issuer, clientId, nonce, keys, algorithms, now } = checks
  const verified = await jwtVerify(token, keys, {
    issuer,
    audience: clientId,
    algorithms,
    clockTolerance: toleranceSeconds,
    // Without this option jose ignores `iat`, and a token from the future would pass.
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
    throw invalidIdToken('nonce', 'The nonce belongs to another sign-in: the token is a replay.')
  }
  const isMeantForSeveral = Array.isArray(aud) && aud.length > 1
  if (azp === undefined ? isMeantForSeveral : azp !== clientId) {
    const words = `The token is for ${quoted(aud)}, authorized party ${quoted(azp)}; our client id is ${quoted(clientId)}.`
    throw invalidIdToken('azp', words)
  }
  return {
    person: { subject: sub, email: verifiedEmail(email, email_verified) },
    ...(auth_time !== undefined && { authTime: Math.floor(auth_time) }),
    ...(sid !== undefined && { providerSession: sid }),
  }
}

/**
 * Returns the provider's signing keys. Fetches them when needed, again after an hour, and for an unknown key (at most every 30 s). Keeps
 * them while the provider is unavailable.
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
      'The sign-in service gave no e-mail address that works here (ASCII letters only).',
      { about: 'email', cause: new Error(`The claim email is ${kindOf(email)}.`) },
    )
  }
  if (isVerified === true) return parsed
  // The string "true" does not count: custom scripts at some providers send it for any address.
  const cause = new Error(`The claim email_verified is ${quoted(isVerified)}; it must be the boolean true.`)
  const details = { about: 'email_verified', cause }
  if (isVerified === false) {
    throw new SignInRefusal(
      'email_not_verified',
      'Your e-mail address is not confirmed yet. Follow the link in the e-mail from the sign-in service, then sign in again.',
      details,
    )
  }
  if (isVerified === undefined) {
    throw new SignInRefusal(
      'email_verification_missing',
      'The sign-in service did not say whether your e-mail address is confirmed. The operator of this site must fix this (claim email_verified).',
      details,
    )
  }
  throw new SignInRefusal(
    'email_verification_malformed',
    'The sign-in service did not say clearly whether your e-mail address is confirmed. The operator of this site must fix this (claim email_verified).',
    details,
  )
}

/** Describes the claim without the address itself, which has not been verified. */
function kindOf(email: unknown): string {
  if (typeof email === 'string') return 'not an e-mail address in ASCII'
  return email === undefined ? 'missing' : 'not a string'
}
