/** What an S3 server's answers mean to the port. */
import { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Conditions, Verdict } from './known-servers.ts'
import { errorCodeOf } from './xml.ts'

/**
 * The answer of a server that could not do it now, or refused the credentials, as the error that it stands for. Of a conditional write,
 * 501 and 400 are left to the caller: that is how servers refuse a header that they do not know.
 */
export async function throwUnlessUsable(
  response: Response,
  now: number,
  isConditional: boolean,
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
  if (status === 401 || status === 403 || rejectionCodes.has(code)) throw credentialsRejected(cause)
  if (mayRefuseHeader) return
  throw storageUnavailable(cause)
}

/** Codes of 4xx answers that a repetition may cure (S3 API, "Error responses"). */
const transientCodes = new Set([
  'RequestTimeout',
  'OperationAborted',
  'ConditionalRequestConflict',
  'SlowDown',
])

/** Codes of 400 answers to credentials that were good once (S3 API, "Error responses"). */
const rejectionCodes = new Set(['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired'])

async function saysBucketIsMissing(response: Response): Promise<boolean> {
  return errorCodeOf(await response.clone().text()) === 'NoSuchBucket'
}

const misbehaves = 'The photo storage does not answer as it should. Please try again shortly.'

/** More than what was asked for may have. */
export class AnswerTooLarge extends PublisherError {
  constructor() {
    super('storage_unavailable', misbehaves, {
      cause: new Error('An answer of the S3 server is far too large.'),
    })
  }
}

/** An outage where the last of all attempts met one. */
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
    'The photo storage refuses the credentials it was given. They have to be renewed where the storage was connected.',
    { cause },
  )
}

/** A network error's message may quote the URL, and a presigned one is a secret. */
export function withoutUrl(cause: unknown): Error {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : ''
  return new Error(inner instanceof Error ? `${inner.name} ${code}`.trim() : typeof inner)
}

/** Describes for people how the server treats conditional writes. */
const conditionFaults = {
  honoured: 'keeps conditional writes',
  overtaken: 'checks a conditional write first and writes later, so two processes at once can both win',
  ignored: 'ignores conditional writes (If-None-Match) and overwrites',
  refused: 'does not know conditional writes (If-None-Match)',
} as const satisfies Record<Conditions, string>

/** Nothing can be claimed safely on this server. The message names the service where it is a documented one. */
export function notAtomic({ conditions, known }: Verdict): PublisherError {
  const server = known ? known.name : 'This S3 server'
  const source = known ? ` See ${known.sources[0]}.` : ''
  return new PublisherError(
    'storage_not_atomic',
    `${server} ${conditionFaults[conditions]}, so a photo could be published twice. Nothing was sent.${source}`,
  )
}
