/** How a sign-in can fail, in words for the person in front of it. */
import { PublisherError } from '../../base/errors.ts'

/** Why, for the audit log: from this list only, never the words of a provider or a browser. */
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
  /** The parameter, header or claim in question; a word of the code. */
  about?: string
  /** For the log. */
  cause?: unknown
}

/** A sign-in that the identity provider or its answer did not allow. */
export class SignInRefusal extends PublisherError {
  readonly reason: RefusalReason
  readonly about: string | undefined

  constructor(reason: RefusalReason, message: string, { about, cause }: RefusalDetails = {}) {
    super('sign_in_refused', message, cause === undefined ? {} : { cause })
    this.reason = reason
    this.about = about
  }
}

/** The step does not belong to a sign-in that this browser has begun within the last minutes. */
export function signInExpired(): PublisherError {
  return new PublisherError(
    'sign_in_expired',
    'This sign-in was not begun in this browser, was used already, or took too long. Please begin again.',
  )
}

/** The identity provider cannot be asked. `retryAfterMs`: when that may have changed. */
export function providerUnavailable(cause: unknown, retryAfterMs = 30_000): PublisherError {
  return new PublisherError(
    'sign_in_unavailable',
    'Signing in does not work at the moment: the sign-in service does not answer as it should. Please try again shortly.',
    { cause, retryAfterMs },
  )
}

/** Nobody can sign in on this host, and waiting will not change that. */
export function signInOff(): PublisherError {
  return new PublisherError('sign_in_unavailable', 'Signing in is not set up here.')
}
