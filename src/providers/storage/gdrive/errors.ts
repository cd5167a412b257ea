/** Maps failed calls to errors: retry, renew the token, give up, or leave a refusal to the caller. */
import { z } from 'zod'
import type { ErrorCode } from '../../../base/error-codes.ts'
import { type ErrorDetails, PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'

/** Error for a call without a usable answer: the call may have taken effect. */
export class UnsettledError extends RetryableError {}

/** Error for an access token that must be renewed. */
export class AccessTokenRejected extends Error {}

/** Refusal of a call, with Google's reason. Its message is fit for people, so the store may throw the error unchanged. */
export class DriveRefusal extends PublisherError {
  readonly status: number
  readonly reason: string
  /** True when an earlier attempt of the same call got no answer, so the refusal may be due to that attempt. */
  readonly unsettled: boolean

  constructor(
    answer: { status: number; reason: string; text: string; unsettled: boolean },
    details: ErrorDetails,
  ) {
    const [code, message] = meaningOf(answer.reason, answer.text)
    super(code, message, details)
    this.status = answer.status
    this.reason = answer.reason
    this.unsettled = answer.unsettled
  }
}

/** Checks if the error is a refusal with one of the reasons. */
export function isRefusal(error: unknown, ...reasons: string[]): error is DriveRefusal {
  return error instanceof DriveRefusal && reasons.includes(error.reason)
}

/** Checks if the error is a refusal with one of the statuses. */
export function isRefusedWith(error: unknown, ...statuses: number[]): error is DriveRefusal {
  return error instanceof DriveRefusal && statuses.includes(error.status)
}

export interface FailedAnswer {
  status: number
  headers: Headers
  /** Parsed JSON; `undefined` if the body is not JSON. */
  body: unknown
}

/**
 * Turns an answer into the error to throw. A 403 may be a limit on requests, so that the reason decides, as
 * https://developers.google.com/workspace/drive/api/guides/handle-errors says. `redact` removes secrets, because Google may quote a header.
 */
export function failureOf(
  { status, headers, body }: FailedAnswer,
  context: { unsettled: boolean; now: number; redact: (text: string) => string },
): Error {
  const { reason, text } = reasonOf(body)
  const said = context.redact(`${reason} ${text}`.trim())
  const cause = new Error(`Google Drive answered ${status}: ${said.slice(0, 300) || 'no reason'}`)
  const wait = retryAfterMs(headers, context.now)
  if (status === 401) return new AccessTokenRejected(cause.message)
  if (status === 429 || rateLimits.has(reason)) {
    return new RetryableError(cause.message, { cause, retryAfterMs: wait, isOutage: false })
  }
  if (status >= 400 && status < 500 && status !== 408) {
    const answer = {
      status,
      reason: reason || statusReasons[status] || '',
      text,
      unsettled: context.unsettled,
    }
    return new DriveRefusal(answer, { cause })
  }
  return new UnsettledError(cause.message, { cause, retryAfterMs: wait })
}

/** Error for access that the photographer must grant again. */
export function accessRejected(cause: unknown): PublisherError {
  const message =
    "Google no longer grants access to this Drive. Connect the Google account again. While the Google app is in 'Testing', access ends after 7 days."
  return new PublisherError('credentials_rejected', message, { cause })
}

const rateLimits = new Set(['userRateLimitExceeded', 'rateLimitExceeded', 'sharingRateLimitExceeded'])
/** Reasons of answers without a reason. */
const statusReasons: Readonly<Record<number, string>> = { 404: 'notFound', 409: 'fileIdInUse' }

const refused = 'Google Drive refused the request. If this keeps happening, tell the operator.'
const withoutQuota =
  'A Google service account has no storage space of its own, so it cannot create files in this folder. Use a shared drive, domain-wide delegation, or connect the photographer’s own Google account.'

/** Meanings of reasons. Other reasons get a general message. */
const meanings: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  notFound: ['photo_not_found', 'Photo not found.'],
  storageQuotaExceeded: [
    'storage_full',
    'The storage quota of the Google Drive is used up. Free up space and try again.',
  ],
  teamDriveFileLimitExceeded: [
    'storage_full',
    'The shared drive has reached its quota of files. Delete some files and try again.',
  ],
  dailyLimitExceeded: [
    'storage_unavailable',
    "This service's daily quota of Google Drive requests is used up. Try again tomorrow.",
  ],
  insufficientFilePermissions: ['storage_unavailable', 'The Google account may not change this file.'],
  insufficientParentPermissions: ['storage_unavailable', 'The Google account may not change this folder.'],
  appNotAuthorizedToFile: [
    'storage_unavailable',
    'Google Drive does not show this file to this service. Connect the Google account again, and grant access to all files.',
  ],
  domainPolicy: [
    'storage_unavailable',
    'The administrators of this Google domain do not allow this service to use Google Drive.',
  ],
  cannotDownloadAbusiveFile: [
    'storage_unavailable',
    'Google has marked this file as malware, spam or a breach of its terms, and does not hand it out.',
  ],
}

function meaningOf(reason: string, text: string): readonly [ErrorCode, string] {
  if (reason === 'storageQuotaExceeded' && /service account/i.test(text))
    return ['storage_full', withoutQuota]
  return meanings[reason] ?? ['storage_unavailable', refused]
}

/** Upper bound on the examined characters of a text from Google. */
const longestText = 2000

const bodySchema = z.object({
  error: z.object({
    message: z.string().catch(''),
    errors: z.array(z.object({ reason: z.string().catch('') })).catch([]),
  }),
})

function reasonOf(body: unknown): { reason: string; text: string } {
  const error = bodySchema.safeParse(body).data?.error
  return {
    reason: (error?.errors[0]?.reason ?? '').slice(0, 100),
    text: (error?.message ?? '').slice(0, longestText),
  }
}
