/** Errors of the sign-in, with messages for the person at the screen. */
import { PublisherError } from '../base/errors.ts'

/** Reason for the audit log. Comes from this list, never from a provider or a browser. */
export type RefusalReason =
  | 'provider_error'
  | 'answer_malformed'
  | 'code_refused'
  | 'id_token_invalid'
  | 'email_missing'
  | 'email_not_verified'
  | 'email_verification_missing'
  | 'email_verification_malformed'

export interface RefusalDetails {
  /** Parameter, header or claim in question; a constant of the code. */
  about?: string
  /** For the log. */
  cause?: unknown
}

/** Sign-in that failed because of the identity provider or its answer. */
export class SignInRefusal extends PublisherError {
  readonly reason: RefusalReason
  readonly about: string | undefined

  constructor(reason: RefusalReason, message: string, { about, cause }: RefusalDetails = {}) {
    super('sign_in_refused', message, cause === undefined ? {} : { cause })
    this.reason = reason
    this.about = about
  }
}

/** Creates the error for a step that belongs to no recent sign-in of this browser. */
export function signInExpired(): PublisherError {
  return new PublisherError(
    'sign_in_expired',
    'This sign-in started in another browser, was already used, or took too long. Please sign in again.',
  )
}

/** Creates the error for an unavailable identity provider. */
export function providerUnavailable(cause: unknown, retryAfterMs = 30_000): PublisherError {
  return new PublisherError(
    'sign_in_unavailable',
    'Signing in does not work at the moment, because the sign-in service is not answering correctly. Please try again shortly.',
    { cause, retryAfterMs },
  )
}

/** Creates the error for a host without sign-in. Carries no Retry-After, since waiting does not help. */
export function signInOff(): PublisherError {
  return new PublisherError('sign_in_unavailable', 'Signing in is not set up here.')
}
