/** Explains to the operator why an ID token was refused: the algorithm, key or claim, with the value and the expectation. */
import { decodeProtectedHeader, errors, type JWTPayload } from 'jose'
import { SignInRefusal } from './errors.ts'
import { quoted } from './quoted.ts'

/** Values that the token was checked against. */
export interface Expected {
  issuer: string
  clientId: string
  algorithms: readonly string[]
  /** Milliseconds since 1970. */
  now: () => number
}

/** Creates the refusal for the person. `about` names the claim for the audit log. `words` is for the operator and never holds a nonce. */
export function invalidIdToken(about: string, words: string): SignInRefusal {
  const message = 'The sign-in service sent an invalid answer. You were not signed in.'
  return new SignInRefusal('id_token_invalid', message, { about, cause: new Error(words) })
}

/** Creates the refusal for an error of jose. */
export function explainJoseError(error: errors.JOSEError, token: string, expected: Expected): SignInRefusal {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return invalidIdToken(error.claim, claimWords(error.claim, error.payload, expected))
  }
  const { alg, kid } = headerOf(token)
  if (error instanceof errors.JOSEAlgNotAllowed) {
    const allowed = expected.algorithms.join(', ')
    return invalidIdToken('alg', `The token is signed with ${quoted(alg)}; allowed algorithms: ${allowed}.`)
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    const count = error instanceof errors.JWKSNoMatchingKey ? 'no key' : 'several keys'
    return invalidIdToken('kid', `The issuer's set holds ${count} for kid ${quoted(kid)} and ${quoted(alg)}.`)
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return invalidIdToken('signature', `The signature does not match the issuer's key ${quoted(kid)}.`)
  }
  return invalidIdToken('token', `The token cannot be read (${error.code}).`)
}

function claimWords(claim: string, payload: JWTPayload, { issuer, clientId, now }: Expected): string {
  const said = quoted(payload[claim])
  if (claim === 'iss') return `The token names issuer ${said}, but ${quoted(issuer)} is configured.`
  if (claim === 'aud') return `The token is for ${said}; our client id is ${quoted(clientId)}.`
  if (claim === 'exp' || claim === 'iat' || claim === 'nbf') {
    return `The token says ${claim} ${said}; the clock here says ${Math.floor(now() / 1000)}.`
  }
  return `The token has no usable ${claim}.`
}

function headerOf(token: string): { alg?: unknown; kid?: unknown } {
  try {
    return decodeProtectedHeader(token)
  } catch {
    return {}
  }
}
