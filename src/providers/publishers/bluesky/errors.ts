/** Errors of Bluesky. They separate a photo that was surely not posted from a photo that may have been posted. */
import { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { waitInWords } from '../../../base/vendor-text.ts'
import { AnswerLost, type XrpcAnswer } from './xrpc.ts'

/** Where people create app passwords, in Bluesky's own words. */
const appPasswordsPath = 'Settings > Privacy and security > App passwords'

export function unavailable(cause: unknown): PublisherError {
  const message = 'Bluesky cannot be reached at the moment. Nothing was posted; try again later.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

export function outcomeUnknown(cause: unknown): PublisherError {
  const message =
    'Bluesky has not confirmed the post yet. Publish the photo again: we then ask Bluesky first and post it at most once.'
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

export function retractUnknown(cause: unknown): PublisherError {
  const message = 'Bluesky has not confirmed that the post is gone. Try again in a moment; that is safe.'
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

export function refused(reason: string, cause?: unknown): PublisherError {
  return new PublisherError('publish_refused', `Bluesky refuses the photo: ${reason}`, { cause })
}

export function passwordRejected(cause: unknown): PublisherError {
  const message = `Bluesky rejects the handle or the app password. Create a new app password in Bluesky: ${appPasswordsPath}.`
  return new PublisherError('credentials_rejected', message, { cause })
}

export function tooMany(waitMs: number | undefined, cause: unknown): PublisherError {
  const message = `Bluesky is limiting requests. Nothing was posted; try again in ${waitInWords(waitMs)}.`
  return new PublisherError('rate_limited', message, { cause, retryAfterMs: waitMs })
}

/** Returns the error for a login that this program does not send, because Bluesky would lock the account out for a while. */
export function tooManyLogins(waitMs: number): PublisherError {
  const message = `This account has signed in to Bluesky too often. Nothing was posted; try again in ${waitInWords(waitMs)}.`
  return new PublisherError('rate_limited', message, { retryAfterMs: waitMs })
}

/** Error for a session that the server no longer accepts. The request changed nothing. */
export class SessionExpired extends Error {
  override readonly name = 'SessionExpired'
}

/** Reasons that an account cannot post, by the name of the error or the account's status. */
const accountFaults = new Map([
  ['accounttakedown', 'Bluesky has taken the account down. Sign in to Bluesky to read why.'],
  ['takendown', 'Bluesky has taken the account down. Sign in to Bluesky to read why.'],
  ['accountsuspended', 'Bluesky has suspended the account. Sign in to Bluesky to read why.'],
  ['suspended', 'Bluesky has suspended the account. Sign in to Bluesky to read why.'],
  ['accountdeactivated', 'the account is deactivated. Sign in to Bluesky and reactivate it.'],
  ['deactivated', 'the account is deactivated. Sign in to Bluesky and reactivate it.'],
])

/** Returns the error for an account that cannot post, or `undefined`. `name`: an error or a status of an account. */
export function accountFault(name: string): PublisherError | undefined {
  const reason = accountFaults.get(name.toLowerCase())
  return reason === undefined ? undefined : refused(reason)
}

/** Returns the error for an answer to a login. */
export function loginFailure(answer: XrpcAnswer): PublisherError | RetryableError {
  const cause = causeOf(answer)
  if (answer.error === 'AuthFactorTokenRequired') {
    const message = `Bluesky asks for a confirmation code, because this is the account's own password. Use an app password: ${appPasswordsPath}.`
    return new PublisherError('credentials_rejected', message, { cause })
  }
  const fault = accountFault(answer.error) ?? passing(answer)
  if (fault) return fault
  return answer.status === 404 ? notBluesky(cause) : passwordRejected(cause)
}

/** Returns the error for a refusal of any other call. Only a status of 4xx proves that the server changed nothing. */
export function callFailure(answer: XrpcAnswer): PublisherError | RetryableError | SessionExpired {
  const { status, error, message } = answer
  const cause = causeOf(answer)
  const fault = accountFault(error) ?? passing(answer)
  if (fault) return fault
  if (error === 'ExpiredToken' || error === 'InvalidToken' || status === 401) {
    return new SessionExpired(cause.message)
  }
  if (status === 404) return notBluesky(cause)
  const isTooLarge = status === 413 || /\bblob too (?:big|large)\b/i.test(message)
  if (isTooLarge) return refused("the picture is larger than the account's server accepts.", cause)
  return refused(message || error || 'no reason given.', cause)
}

/** Returns the error for an answer that a repetition may change. */
function passing(answer: XrpcAnswer): RetryableError | undefined {
  const { status, error, waitMs } = answer
  const cause = causeOf(answer)
  if (status === 429 || error === 'RateLimitExceeded') {
    return new RetryableError(cause.message, { cause, retryAfterMs: waitMs, isOutage: false })
  }
  const isPassing = status < 400 || status >= 500 || status === 408 || error.startsWith('Upstream')
  return isPassing ? new RetryableError(cause.message, { cause, retryAfterMs: waitMs }) : undefined
}

/** Returns the error after the last attempt of a call that posts nothing. */
export function giveUp(error: unknown): unknown {
  if (error instanceof RetryableError) {
    return error.isOutage ? unavailable(error.cause ?? error) : tooMany(error.retryAfterMs, error.cause)
  }
  return error instanceof AnswerLost ? unavailable(error) : error
}

/** Makes a lost answer retryable. */
export function retryable(error: unknown): unknown {
  return error instanceof AnswerLost ? new RetryableError(error.message, { cause: error }) : error
}

export function causeOf({ status, error, message }: XrpcAnswer): Error {
  return new Error(`Bluesky answered ${status} ${error}: ${message}`)
}

function notBluesky(cause: unknown): PublisherError {
  return refused("the account's server does not speak Bluesky's protocol.", cause)
}
