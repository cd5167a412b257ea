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

/** Error for a `Dropbox-API-Path-Root` that is no longer this user's root: the user joined, left or changed a team. */
export class PathRootRejected extends AccessTokenRejected {}

/** Refusal of a route (HTTP 409). Its message is fit for people, so the store may throw the error unchanged. */
export class DropboxRefusal extends PublisherError {
  /** Nested union tags from the outside in: `path/conflict/file`. */
  readonly tags: string
  /** Actual offset of an upload session, if the refusal has it. */
  readonly correctOffset: number | undefined
  /** True when an earlier attempt of the same call got no answer, so the conflict may be with that attempt. */
  readonly unsettled: boolean

  constructor(tags: string, unsettled: boolean, correctOffset: number | undefined, details: ErrorDetails) {
    const [code, message] = meaningOf(tags)
    super(code, message, details)
    this.tags = tags
    this.unsettled = unsettled
    this.correctOffset = correctOffset
  }
}

/** Checks if the error is a refusal whose tags begin with one of the prefixes. */
export function isRefusal(error: unknown, ...prefixes: string[]): error is DropboxRefusal {
  return (
    error instanceof DropboxRefusal && prefixes.some((prefix) => `${error.tags}/`.startsWith(`${prefix}/`))
  )
}

export interface FailedAnswer {
  status: number
  headers: Headers
  /** Parsed JSON, or the text if the body is not JSON. */
  body: unknown
}

/**
 * Turns an answer other than 200 into the error to throw, by the statuses in the Dropbox HTTP documentation, "Error handling". `redact`
 * removes secrets, because Dropbox may quote a header.
 */
export function failureOf(
  { status, headers, body }: FailedAnswer,
  context: { unsettled: boolean; now: number; redact: (text: string) => string },
): Error {
  const cause = new Error(
    `Dropbox answered ${status}: ${context.redact(summaryOf(body).slice(0, longestText)).slice(0, 300)}`,
  )
  const wait = retryAfterMs(headers, context.now) ?? retryAfterOfBody(body)
  const pause = { cause, retryAfterMs: wait, isOutage: false }
  if (status === 429) return new RetryableError(cause.message, pause)
  if (status === 401) {
    if (isStaleToken(body)) return new AccessTokenRejected(cause.message)
    return new PublisherError('credentials_rejected', notPermittedBy(body), { cause })
  }
  if (status === 422 && /^(invalid_root|no_permission)(\/|$)/.test(tagsOf(body))) {
    return new PathRootRejected(cause.message)
  }
  if (status === 409) {
    const tags = tagsOf(body)
    if (tags === '') return new UnsettledError(cause.message, { cause })
    if (/(^|\/)too_many_write_operations$/.test(tags)) {
      return new RetryableError(cause.message, pause)
    }
    if (tags === 'internal_error') return new UnsettledError(cause.message, { cause })
    return new DropboxRefusal(tags, context.unsettled, correctOffsetOf(body), { cause })
  }
  if (status === 400 || status === 403) return new PublisherError('storage_unavailable', refused, { cause })
  return new UnsettledError(cause.message, { cause, retryAfterMs: wait })
}

/** Recognises an expired or invalid token, which must be renewed, as opposed to a token without a permission. */
export function isStaleToken(body: unknown): boolean {
  return /^(expired|invalid)_access_token$/.test(tagsOf(body))
}

const notPermitted =
  'Dropbox does not grant this service the access it needs. Connect the Dropbox account again.'
const missingScopeSchema = z.object({
  error: z.object({ '.tag': z.literal('missing_scope'), required_scope: z.string().regex(/^[\w.]{1,60}$/) }),
})

/** Returns the message, with the missing scope if Dropbox names it (auth.stone, `TokenScopeError`). */
function notPermittedBy(body: unknown): string {
  const scope = missingScopeSchema.safeParse(body).data?.error.required_scope
  if (scope === undefined) return notPermitted
  return `Dropbox does not grant this service the permission “${scope}”. Enable it in the Dropbox app's settings, then connect the account again.`
}

/** Error for access that the photographer must grant again. */
export function accessRejected(cause: unknown): PublisherError {
  const message = 'Dropbox no longer grants access to this service. Connect the Dropbox account again.'
  return new PublisherError('credentials_rejected', message, { cause })
}

const refused = 'Dropbox refused the request. If this keeps happening, tell the operator.'

/** Meanings of the tags of LookupError and WriteError in the specification. The first match wins. */
const meanings: readonly [RegExp, ErrorCode, string][] = [
  [/^(path|path_lookup|from_lookup)\/(not_found|not_file)$/, 'photo_not_found', 'Photo not found.'],
  [/(^|\/)conflict(\/|$)/, 'storage_unavailable', 'Something else in the Dropbox already has this name.'],
  [/(^|\/)(malformed_path|disallowed_name)$/, 'invalid_request', 'Dropbox does not accept this name.'],
  [
    /(^|\/)insufficient_space$/,
    'storage_unavailable',
    'The Dropbox account is full. Free up space and try again.',
  ],
  [
    /(^|\/)not_folder$/,
    'storage_unavailable',
    'The configured folder is a file in the Dropbox. Correct the configuration.',
  ],
  [
    /(^|\/)(no_write_permission|access_restricted|restricted_content)$/,
    'storage_unavailable',
    'The Dropbox account does not allow this.',
  ],
]

function meaningOf(tags: string): [ErrorCode, string] {
  const found = meanings.find(([pattern]) => pattern.test(tags))
  return found ? [found[1], found[2]] : ['storage_unavailable', refused]
}

/** Upper bound on the characters of a tag. The longest tag of the specification has 40. */
const longestTag = 100
/** Upper bound on the examined characters of a text from Dropbox. */
const longestText = 2000

const taggedSchema = z.looseObject({ '.tag': z.string() })
const bodySchema = z.object({ error_summary: z.string().optional(), error: z.unknown() })

/** Joins the tags of nested unions. A struct inside a union (`UploadWriteFailed`) has its union under `reason`. */
function tagsOf(body: unknown): string {
  const tags: string[] = []
  let node = taggedSchema.safeParse(bodySchema.safeParse(body).data?.error)
  while (node.success && tags.length < 8) {
    const tag = node.data['.tag'].slice(0, longestTag)
    tags.push(tag)
    node = taggedSchema.safeParse(node.data[node.data['.tag']] ?? node.data.reason)
  }
  return tags.join('/')
}

const offsetSchema = z.object({
  error: z.union([
    z.object({ correct_offset: z.number() }),
    z.object({ lookup_failed: z.object({ correct_offset: z.number() }) }).transform((e) => e.lookup_failed),
  ]),
})

function correctOffsetOf(body: unknown): number | undefined {
  return offsetSchema.safeParse(body).data?.error.correct_offset
}

const rateLimitSchema = z.object({ error: z.object({ retry_after: z.number().nonnegative() }) })

function retryAfterOfBody(body: unknown): number | undefined {
  const seconds = rateLimitSchema.safeParse(body).data?.error.retry_after
  return seconds === undefined ? undefined : seconds * 1000
}

function summaryOf(body: unknown): string {
  const summary = bodySchema.safeParse(body).data?.error_summary
  return summary ?? (typeof body === 'string' ? body : 'no summary')
}
