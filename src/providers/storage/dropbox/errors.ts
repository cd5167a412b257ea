/** What a failed call means: try again, refresh the token, give up, or a refusal that the caller understands. */
import { z } from 'zod'
import type { ErrorCode } from '../../../base/error-codes.ts'
import { type ErrorDetails, PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'

/** No usable answer came, so nobody knows whether the call took effect. */
export class UnsettledError extends RetryableError {}

/** The access token is no longer accepted; a new one may be. */
export class AccessTokenRejected extends Error {}

/** The namespace in `Dropbox-API-Path-Root` is no longer this user's root: they joined, left or changed a team. */
export class PathRootRejected extends AccessTokenRejected {}

/** The refusal of a route (HTTP 409). It already says what a person may be told, so that it may leave the store as it is. */
export class DropboxRefusal extends PublisherError {
  /** The nested union tags from the outside in: `path/conflict/file`. */
  readonly tags: string
  /** The offset that an upload session is really at, where the refusal names it. */
  readonly correctOffset: number | undefined
  /** An earlier attempt of the same call got no answer, so what is in the way may be its own work. */
  readonly unsettled: boolean

  constructor(tags: string, unsettled: boolean, correctOffset: number | undefined, details: ErrorDetails) {
    const [code, message] = meaningOf(tags)
    super(code, message, details)
    this.tags = tags
    this.unsettled = unsettled
    this.correctOffset = correctOffset
  }
}

/** Whether the error is a refusal whose tags begin with one of these. */
export function isRefusal(error: unknown, ...prefixes: string[]): error is DropboxRefusal {
  return (
    error instanceof DropboxRefusal && prefixes.some((prefix) => `${error.tags}/`.startsWith(`${prefix}/`))
  )
}

export interface FailedAnswer {
  status: number
  headers: Headers
  /** The parsed JSON, or the text where it is none. */
  body: unknown
}

/**
 * Turns an answer that is not 200 into the error to throw. `redact` removes secrets: Dropbox may quote a header.
 * Statuses as in the Dropbox HTTP documentation, "Error handling".
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

/** Tells a token that a new one may replace from a token that is not allowed to do something. */
export function isStaleToken(body: unknown): boolean {
  return /^(expired|invalid)_access_token$/.test(tagsOf(body))
}

const notPermitted =
  'Dropbox does not grant this service the access it needs. Connect the Dropbox account again.'
const missingScopeSchema = z.object({
  error: z.object({ '.tag': z.literal('missing_scope'), required_scope: z.string().regex(/^[\w.]{1,60}$/) }),
})

/** Names the scope where Dropbox does (auth.stone, `TokenScopeError`). */
function notPermittedBy(body: unknown): string {
  const scope = missingScopeSchema.safeParse(body).data?.error.required_scope
  if (scope === undefined) return notPermitted
  return `Dropbox does not grant this service the permission “${scope}”. Tick it in the Dropbox app's settings, then connect the account again.`
}

/** Error for a grant that the photographer has to give again. */
export function accessRejected(cause: unknown): PublisherError {
  const message =
    'Dropbox no longer accepts the access that was granted to this service. Connect the Dropbox account again.'
  return new PublisherError('credentials_rejected', message, { cause })
}

const refused = 'Dropbox refused the request. Tell the operator if it goes on.'

/** First match wins; the tags are those of the spec's LookupError and WriteError. */
const meanings: readonly [RegExp, ErrorCode, string][] = [
  [
    /^(path|path_lookup|from_lookup)\/(not_found|not_file)$/,
    'photo_not_found',
    'There is no photo of this name.',
  ],
  [/(^|\/)conflict(\/|$)/, 'storage_unavailable', 'Something else in the Dropbox has this name.'],
  [/(^|\/)(malformed_path|disallowed_name)$/, 'invalid_request', 'Dropbox does not accept this name.'],
  [
    /(^|\/)insufficient_space$/,
    'storage_unavailable',
    'The Dropbox account is full. Make room there and try again.',
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

/** The longest tag of the spec has 40 characters. */
const longestTag = 100
/** As much of a text of Dropbox as is looked at. Characters. */
const longestText = 2000

const taggedSchema = z.looseObject({ '.tag': z.string() })
const bodySchema = z.object({ error_summary: z.string().optional(), error: z.unknown() })

/** Walks a union into its depth. A struct inside it (`UploadWriteFailed`) goes on under `reason`. */
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

/** What an error of fetch says, without the objects that it drags along. */
export function failureText(error: unknown): string {
  const texts: string[] = []
  for (let at = error; at instanceof Error && texts.length < 4; at = at.cause) {
    texts.push(`${at.name}: ${at.message.slice(0, longestText)}`)
  }
  return texts.join('; ') || 'the request failed'
}
