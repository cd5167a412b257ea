/** The one place where errors become HTTP: problem documents (RFC 9457) for programs, a small page for people. */
import { HTTPException } from 'hono/http-exception'
import { type ErrorCode, type ExistingPhoto, isPublisherError, PublisherError } from '../base/errors.ts'
import { type MessagePage, messagePage } from './message-page.ts'

interface Kind {
  status: number
  title: string
}

const kinds: Readonly<Record<ErrorCode, Kind>> = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  host_mismatch: { status: 400, title: 'The request names no host, or several' },
  not_found: { status: 404, title: 'Not found' },
  tenant_not_found: { status: 404, title: 'Not found' },
  photo_not_found: { status: 404, title: 'No such photo' },
  no_photos: { status: 404, title: 'No photos yet' },
  root_missing: { status: 404, title: 'The photo folder does not exist' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_signed_in: { status: 401, title: 'Not signed in' },
  sign_in_too_old: { status: 401, title: 'Sign in again first' },
  not_admin: { status: 403, title: 'Not an admin here' },
  token_required: { status: 401, title: 'A token is needed' },
  invalid_token: { status: 403, title: 'Token refused' },
  cross_origin: { status: 403, title: 'Not from this page' },
  sign_in_unavailable: { status: 503, title: 'Sign-in is not available' },
  sign_in_expired: { status: 400, title: 'This sign-in has expired' },
  sign_in_refused: { status: 403, title: 'You were not signed in' },
  https_required: { status: 403, title: 'HTTPS is required' },
  feature_disabled: { status: 403, title: 'This feature is off' },
  managed_elsewhere: { status: 409, title: 'Not changed here' },
  link_expired: { status: 403, title: 'The link is not valid' },
  insufficient_balance: { status: 402, title: 'Out of credit' },
  config_unavailable: { status: 503, title: 'Temporarily unavailable' },
  credentials_unavailable: { status: 503, title: 'Credentials are not available' },
  credentials_rejected: { status: 502, title: 'Credentials were refused' },
  endpoint_refused: { status: 502, title: 'A server of this site is not allowed' },
  provider_unavailable: { status: 501, title: 'Not available on this server' },
  storage_unavailable: { status: 503, title: 'The storage does not answer' },
  storage_not_atomic: { status: 501, title: 'The storage cannot do this safely' },
  sidecar_changed: { status: 409, title: 'Changed in the meantime' },
  sidecar_unreadable: { status: 422, title: 'The words of this photo cannot be read' },
  photo_changed: { status: 409, title: 'Changed in the meantime' },
  already_here: { status: 409, title: 'This photo is here already' },
  ai_refused: { status: 422, title: 'The AI declined this photo' },
  ai_unusable_answer: { status: 502, title: 'The AI gave no usable answer' },
  ai_unavailable: { status: 503, title: 'The AI does not answer' },
  publish_refused: { status: 502, title: 'The platform refused the photo' },
  publish_unavailable: { status: 503, title: 'The platform does not answer' },
  publish_outcome_unknown: { status: 502, title: 'Perhaps published, perhaps not' },
  unsupported_media_type: { status: 415, title: 'This kind of content is not taken here' },
  request_too_large: { status: 413, title: 'The request is too large' },
  request_too_slow: { status: 408, title: 'The request arrives too slowly' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  expectation_failed: { status: 417, title: 'The expectation cannot be met' },
  unsupported_photo: { status: 415, title: 'Not a photo that can be used' },
  photo_unreadable: { status: 422, title: 'The photo cannot be read' },
  photo_too_large: { status: 413, title: 'The photo is too large' },
  thumbnail_unavailable: { status: 501, title: 'No thumbnails here' },
  busy: { status: 503, title: 'Too busy' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Internal error' },
}

/** How soon what does not answer is worth asking again, where nobody said: a breaker looks again after 10 s. Milliseconds. */
const outageRetryMs = 5000

export interface Problem {
  title: string
  status: number
  detail: string
  code: ErrorCode
  request_id: string
  existing?: ExistingPhoto
}

/** Any thrown value as an error with a code. What is not expected becomes `internal_error`, whose text says nothing. */
export function toPublisherError(error: unknown): PublisherError {
  if (isPublisherError(error)) return error
  if (error instanceof HTTPException && error.status === 415) {
    return new PublisherError('unsupported_media_type', 'Send the content type that this address describes.')
  }
  if (error instanceof HTTPException && error.status === 400) {
    return new PublisherError('invalid_request', 'The request cannot be read. Please correct its body.')
  }
  return new PublisherError(
    'internal_error',
    'Something went wrong on our side. Nothing more is known yet.',
    { cause: error },
  )
}

/** The status that a code becomes. */
export function statusOf(code: ErrorCode): number {
  return kinds[code].status
}

/** Where a page leads to: one next step, or a choice. */
export type Offer = Pick<MessagePage, 'link' | 'links'>

/** The error as a response: a page where a person navigates, a problem document everywhere else. */
export async function problemResponse(
  error: PublisherError,
  request: Request,
  requestId: string,
  offer: Offer = {},
): Promise<Response> {
  const { status, title } = kinds[error.code]
  const headers = new Headers({ 'cache-control': 'no-store', vary: 'Accept' })
  const retryAfterMs = error.retryAfterMs ?? (error.isOutage && status === 503 ? outageRetryMs : undefined)
  if (retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))))
  }
  if (error.code === 'token_required') headers.set('www-authenticate', 'Bearer')
  if (isNavigation(request)) {
    headers.set('content-type', 'text/html; charset=utf-8')
    const page = await messagePage({ title, text: error.message, requestId, ...offer })
    return new Response(page, { status, headers })
  }
  headers.set('content-type', 'application/problem+json')
  return new Response(JSON.stringify(problemOf(error, requestId)), { status, headers })
}

/** The error as the members of a problem document. */
export function problemOf({ code, message, existing }: PublisherError, requestId: string): Problem {
  return { ...kinds[code], detail: message, code, request_id: requestId, ...(existing && { existing }) }
}

/** Whether a person's browser goes to a page: it asks for HTML, outside the API. */
export function isNavigation(request: Request): boolean {
  if (!request.headers.get('accept')?.includes('text/html')) return false
  return isForPeople(new URL(request.url).pathname)
}

/** Tells paths that browsers navigate to, where an error may be a page. */
export function isForPeople(path: string): boolean {
  return !path.startsWith('/api/') && !path.startsWith('/internal/')
}
