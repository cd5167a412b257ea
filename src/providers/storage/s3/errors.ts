/** Maps answers of an S3 server to errors of the port. */
import { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Conditions, Verdict } from './known-servers.ts'
import { errorCodeOf } from './xml.ts'

/**
 * Throws the error for an answer that reports a failure. Leaves 501 and 400 of a conditional write to the caller, because servers
 * refuse an unknown header with these statuses. A denied access is `storage_unavailable` if the request is optional.
 */
export async function throwUnlessUsable(
  response: Response,
  now: number,
  {
    isConditional = false,
    isOptional = false,
  }: { isConditional?: boolean; isOptional?: boolean | undefined },
): Promise<void> {
  const { status } = response
  if (status < 300 || status === 304 || status === 412) return
  if (status === 404 && !(await saysBucketIsMissing(response))) return
  const mayRefuseHeader = isConditional && (status === 400 || status === 501)
  const code = errorCodeOf(await (mayRefuseHeader ? response.clone() : response).text())
  const cause = new Error(`The S3 server answered ${status} ${code}.`)
  if (status === 429 || status >= 500 || transientCodes.has(code)) {
    if (status === 501 && mayRefuseHeader) return
    if (status === 501) throw storageUnavailable(cause)
    throw new RetryableError(cause.message, {
      retryAfterMs: retryAfterMs(response.headers, now),
      isOutage: status >= 500 && code !== 'SlowDown',
    })
  }
  if (code === 'RequestTimeTooSkewed') throw storageUnavailable(cause)
  if (isOptional && status === 403 && code === 'AccessDenied') throw storageUnavailable(cause)
  if (status === 401 || status === 403 || rejectionCodes.has(code)) throw credentialsRejected(cause)
  if (mayRefuseHeader) return
  throw storageUnavailable(cause)
}

/** Codes of 4xx answers that deserve a retry (S3 API, "Error responses"). */
const transientCodes = new Set([
  'RequestTimeout',
  'OperationAborted',
  'ConditionalRequestConflict',
  'SlowDown',
])

/** Codes of 400 answers to expired credentials (S3 API, "Error responses"). */
const rejectionCodes = new Set(['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired'])

async function saysBucketIsMissing(response: Response): Promise<boolean> {
  return errorCodeOf(await response.clone().text()) === 'NoSuchBucket'
}

const misbehaves = 'The photo storage is not responding correctly. Try again shortly.'

/** Error for an answer beyond the limit of its request. */
export class AnswerTooLarge extends PublisherError {
  constructor() {
    super('storage_unavailable', misbehaves, {
      cause: new Error('An answer of the S3 server is far too large.'),
    })
  }
}

/** Error for a storage that failed. Counts as an outage if the last attempt met an outage. */
export function storageUnavailable(cause: unknown, retryAfter?: number): PublisherError {
  return new PublisherError('storage_unavailable', misbehaves, {
    cause,
    retryAfterMs: retryAfter,
    isOutage: cause instanceof RetryableError && cause.isOutage,
  })
}

export function credentialsRejected(cause: unknown): PublisherError {
  return new PublisherError(
    'credentials_rejected',
    'The photo storage rejects its credentials. Renew them where the storage was connected.',
    { cause },
  )
}

/** Reduces a network error to name and code. Its message may quote the URL, and a presigned URL is a secret. */
export function withoutUrl(cause: unknown): Error {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : ''
  return new Error(inner instanceof Error ? `${inner.name} ${code}`.trim() : typeof inner)
}

/** Treatment of conditional writes, as words for messages. */
const conditionFaults = {
  honoured: 'supports conditional writes',
  overtaken: 'checks a conditional write first and writes later, so two concurrent processes can both win',
  ignored: 'ignores conditional writes (If-None-Match) and overwrites',
  refused: 'does not support conditional writes (If-None-Match)',
} as const satisfies Record<Conditions, string>

/** Error for a server on which claims are unsafe. The message names a documented service. */
export function notAtomic({ conditions, known }: Verdict): PublisherError {
  const server = known ? known.name : 'This S3 server'
  const source = known ? ` See ${known.sources[0]}.` : ''
  return new PublisherError(
    'storage_not_atomic',
    `${server} ${conditionFaults[conditions]}, so a photo could be published twice. Nothing was sent.${source}`,
  )
}
