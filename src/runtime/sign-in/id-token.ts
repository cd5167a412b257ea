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
import { equalInConstantTime } from '../token-ring.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { parseEmail } from './email.ts'
import { providerUnavailable, SignInRefusal } from './errors.ts'
import type { Person } from './sessions.ts'

export interface IdTokenChecks {
  issuer: string
  clientId: string
  /** Of the sign-in that the token has to belong to. */
  nonce: string
  keys: JWTVerifyGetKey
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * What Auth0 and nearly everybody signs with. One algorithm leaves nothing to confuse: no `none`, and no HS256 that would take a
 * public key for a secret.
 */
const algorithms = ['RS256']
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
})

/** Gives the person that a token names. Throws {@link SignInRefusal}, or `sign_in_unavailable` where the keys cannot be had. */
export async function checkIdToken(token: string, checks: IdTokenChecks): Promise<Person> {
  const { issuer, clientId, nonce, keys, now } = checks
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
    throw error instanceof errors.JOSEError ? invalid(error) : error
  })
  const claims = claimsSchema.safeParse(verified.payload)
  if (!claims.success) throw invalid(claims.error)
  const { aud, azp, sub, email, email_verified } = claims.data
  if (!equalInConstantTime(nonce, claims.data.nonce)) throw invalid(new Error('The nonce is another one.'))
  const isMeantForSeveral = Array.isArray(aud) && aud.length > 1
  if (azp === undefined ? isMeantForSeveral : azp !== clientId) {
    throw invalid(new Error('The token is meant for another party.'))
  }
  return { subject: sub, email: verifiedEmail(email, email_verified) }
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
    )
  }
  // Only the boolean: some providers' own scripts send the string "true" for whatever they were told.
  if (isVerified !== true) {
    throw new SignInRefusal(
      'email_not_verified',
      'Your e-mail address is not confirmed yet. Follow the link in the mail of the sign-in service, then sign in again.',
    )
  }
  return parsed
}

function invalid(cause: unknown): SignInRefusal {
  return new SignInRefusal(
    'id_token_invalid',
    'The answer of the sign-in service is not valid. Nobody was signed in.',
    cause,
  )
}
