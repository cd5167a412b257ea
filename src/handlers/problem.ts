/** Converts errors to HTTP: problem documents (RFC 9457) for programs, a small page for people. */
import { HTTPException } from 'hono/http-exception'
import { type ErrorCode, errorKinds } from '../base/error-codes.ts'
import { type ExistingPhoto, isPublisherError, PublisherError } from '../base/errors.ts'
import { type MessagePage, messagePage } from './message-page.ts'

/** Path of the page that explains every code, on any host. */
export const errorsPath = '/errors'

/** Default Retry-After for an outage when the vendor gave none; a breaker tries again after 10 s. */
const outageRetryMs = 5000

export interface Problem {
  /** URI reference of the explanation (RFC 9457, section 3.1.1): relative, so that it works on any host. */
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  request_id: string
  existing?: ExistingPhoto
}

/** Converts any thrown value to an error with a code. Unexpected errors become `internal_error`, whose message reveals nothing. */
export function toPublisherError(error: unknown): PublisherError {
  if (isPublisherError(error)) return error
  if (error instanceof HTTPException && error.status === 415) {
    return new PublisherError(
      'unsupported_media_type',
      'Unsupported content type. Send a type that /openapi.json lists for this address.',
    )
  }
  if (error instanceof HTTPException && error.status === 400) {
    return new PublisherError('invalid_request', 'Invalid request body.')
  }
  return new PublisherError('internal_error', 'Something went wrong on our side. Try again later.', {
    cause: error,
  })
}

/** Returns the HTTP status of a code. */
export function statusOf(code: ErrorCode): number {
  return errorKinds[code].status
}

/** Links that an error page offers: a next step, or a choice. */
export type Offer = Pick<MessagePage, 'link' | 'links'>

/** Returns the error as a response: a page if a browser navigates, a problem document otherwise. */
export async function problemResponse(
  error: PublisherError,
  request: Request,
  requestId: string,
  offer: Offer = {},
): Promise<Response> {
  const { status, title } = errorKinds[error.code]
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

/** Returns the members of a problem document. */
export function problemOf({ code, message, existing, members }: PublisherError, requestId: string): Problem {
  const { status, title } = errorKinds[code]
  return {
    ...members,
    type: `${errorsPath}#${code}`,
    title,
    status,
    detail: message,
    code,
    request_id: requestId,
    ...(existing && { existing }),
  }
}

/** Checks if a browser navigates to a page: the request accepts HTML and is outside the API. */
export function isNavigation(request: Request): boolean {
  if (!request.headers.get('accept')?.includes('text/html')) return false
  return isForPeople(new URL(request.url).pathname)
}

/** Checks if browsers navigate to this path, so that an error may be a page. */
export function isForPeople(path: string): boolean {
  return !path.startsWith('/api/') && !path.startsWith('/internal/')
}
