/** Errors for people, with the next step. */
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import { waitInWords } from '../../../base/vendor-text.ts'
import { GraphFailure, type GraphReason, type Meaning, meaningOf, means } from './failures.ts'

export function refused(message: string, cause?: unknown): PublisherError {
  return new PublisherError('publish_refused', message, { cause })
}

export function unavailable(cause: unknown): PublisherError {
  const message = 'Instagram cannot be reached at the moment. Nothing was posted; try again later.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

/** Returns the error for a photo that may be out. The next attempt asks Instagram first. */
export function outcomeUnknown(cause: unknown): PublisherError {
  const isTokenRejected = isPublisherError(cause, 'credentials_rejected') || means(cause, 'token')
  const step = isTokenRejected ? 'Reconnect Instagram, then publish it again' : 'Publish it again later'
  const message = `We don't know if Instagram posted the photo. ${step}: Instagram is asked first, so the photo cannot appear twice.`
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: !isTokenRejected })
}

export function tokenRejected(cause: unknown): PublisherError {
  const message =
    'Instagram no longer accepts the connection: it expired or was revoked, or the password changed. Reconnect Instagram, then try again.'
  return new PublisherError('credentials_rejected', message, { cause })
}

const sentences: Readonly<Record<Exclude<Meaning, 'trouble' | 'calls' | 'token' | 'other'>, string>> = {
  fetch_failed:
    'Instagram could not fetch the photo from this site. Nothing was posted. Try again in a few minutes; if it fails again, ask the operator if this site is open to Instagram.',
  container_lost: 'Instagram could not process the photo. Nothing was posted. Try again in a few minutes.',
  not_ready: 'Instagram is still processing the photo. Nothing was posted. Try again in a few minutes.',
  missing:
    'Instagram does not know the account or the photo. Nothing was posted. Check the user ID, then reconnect Instagram.',
  picture:
    'Instagram refuses the size, format or shape of the picture. Nothing was posted. Please report this photo to the operator.',
  caption:
    'Instagram finds the caption too long. Nothing was posted. Shorten the caption, then publish again.',
  quota: 'This Instagram account has reached its limit of posts. Nothing was posted. Try again tomorrow.',
  blocked:
    'Instagram has blocked this action, as a protection against spam. Nothing was posted. Open the Instagram app to see why, and wait some hours or days before you publish again.',
  restricted:
    'This Instagram account is restricted or inactive. Nothing was posted. Open the Instagram app and follow the instructions there.',
  permission:
    'The connection may not publish to this Instagram account. Nothing was posted. Reconnect Instagram and allow all permissions.',
}

/** Returns the error for a failed call before the post was out. */
export function errorFor(failure: unknown): PublisherError {
  if (isPublisherError(failure)) return failure
  if (!(failure instanceof GraphFailure) || !failure.reason) return unavailable(failure)
  const { reason } = failure
  const meaning = meaningOf(reason)
  switch (meaning) {
    case 'trouble':
      return troubled(failure)
    case 'calls':
      return tooManyCalls(reason, failure)
    case 'token':
      return tokenRejected(failure)
    case 'other': {
      const words = reason.words || `error ${reason.code}`
      return refused(`Instagram refuses the photo: ${words}`, failure)
    }
    case 'quota':
      return new PublisherError('rate_limited', sentences.quota, { cause: failure })
    case 'fetch_failed':
    case 'container_lost':
    case 'not_ready':
      return new PublisherError('publish_unavailable', sentences[meaning], { cause: failure })
    default:
      return refused(sentences[meaning], failure)
  }
}

function troubled(cause: GraphFailure): PublisherError {
  const message = 'Instagram has trouble at the moment. Nothing was posted; try again in a few minutes.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

function tooManyCalls({ waitMs: retryAfterMs }: GraphReason, cause: GraphFailure): PublisherError {
  const message = `Instagram limits requests for this account at the moment. Nothing was posted; try again in ${waitInWords(retryAfterMs, 'an hour')}.`
  return new PublisherError('rate_limited', message, { cause, retryAfterMs })
}
