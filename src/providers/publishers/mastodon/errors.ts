/** Errors of Mastodon. They separate a photo that was surely not posted from a photo that may have been posted. */
import { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import type { Secret } from '../../../base/secret.ts'
import { safeLine, waitInWords } from '../../../base/vendor-text.ts'

/** Thrown when a request got no usable answer, so the server may or may not have handled the request. */
export class NoAnswer extends RetryableError {
  /** Status of a failure answer. Absent: the connection broke. */
  readonly status: number | undefined

  constructor(
    message: string,
    { status, ...options }: { status?: number; cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options)
    this.status = status
  }
}

export function unavailable(cause: unknown): PublisherError {
  const message = 'The Mastodon server cannot be reached at the moment. Nothing was sent; try again later.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

export function outcomeUnknown(cause: unknown): PublisherError {
  const message =
    "We don't know if Mastodon received the photo. Check your profile there before you publish it again."
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

export function changeUnknown(cause: unknown): PublisherError {
  const message =
    "We don't know if Mastodon changed the post. It is safe to try again; nothing can happen twice."
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

export function refused(reason: string): PublisherError {
  return new PublisherError('publish_refused', `Mastodon refuses the photo: ${reason}`)
}

export function changeRefused(reason: string): PublisherError {
  return new PublisherError('publish_refused', `Mastodon refuses the change: ${reason}`)
}

export function tokenRejected(cause: unknown): PublisherError {
  const message =
    "Mastodon rejects the access token. Create a new token in the server's settings (Preferences > Development) and put it into this site's configuration."
  return new PublisherError('credentials_rejected', message, { cause })
}

/** Explains which permission the access token needs. */
export function scopeMissing(scope: string): PublisherError {
  const message = `The Mastodon access token lacks the scope ${scope}. Create a new token with the scopes read:accounts, read:statuses, write:media and write:statuses (Pixelfed: read and write).`
  return new PublisherError('publish_refused', message)
}

export function redirected(status: number): PublisherError {
  const message =
    'The Mastodon server answers with a redirect. Set "instance_url" to the address that the server\'s web page has in the browser.'
  return new PublisherError('publish_refused', message, { cause: new Error(`redirect with ${status}`) })
}

export function tooMany(retryAfterMs: number | undefined, cause: unknown): PublisherError {
  const message = `Mastodon is limiting requests. Nothing was sent; try again in ${waitInWords(retryAfterMs)}.`
  return new PublisherError('rate_limited', message, { cause, retryAfterMs })
}

/** Returns a server's words on one line, without the token. */
export function reasonOf(words: string, token: Secret): string {
  return safeLine(words, [token]) || 'no reason given.'
}
