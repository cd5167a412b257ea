/** Problems from the server, in problem documents (RFC 9457), and problems that the page itself finds. */
import { retryAfterMs } from '../base/retry-after.ts'
import { isRecord, jsonOf } from './json.ts'

/** Language of the server's sentences, for screen readers (WCAG 2.2, 3.1.2). */
export const serverLanguage = 'en'

export interface ApiProblem {
  /** Code of the server (src/base/error-codes.ts) or of the page, such as `offline`, `unreachable` or `unexpected_answer`. */
  code: string
  /** HTTP status; 0 without an answer. */
  status: number
  /** The server's explanation for people. */
  detail: string | null
  requestId: string | null
  /** Seconds of the server's `Retry-After`; `null` without that header. */
  retryAfterSeconds: number | null
}

/** Creates a problem that the page itself has found. */
export function pageProblem(code: string, detail: string | null = null): ApiProblem {
  return { code, status: 0, detail, requestId: null, retryAfterSeconds: null }
}

/** Creates the problem for a request without an answer. */
export function unreached(): ApiProblem {
  return pageProblem(navigator.onLine ? 'unreachable' : 'offline')
}

/** Problem for an answer with unexpected content. */
export const unreadable: ApiProblem = { ...pageProblem('unexpected_answer'), status: 200 }

/** Reads a problem document. If a proxy sent its own error page, uses only the status and the headers. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const bare = problemOfHead(response)
  const body = await jsonOf(response)
  return isRecord(body) ? { ...bare, ...membersOf(body, bare) } : bare
}

/** Reads a problem document from an event stream. */
export function problemFrom(body: Record<string, unknown>): ApiProblem {
  const status = typeof body.status === 'number' ? body.status : 0
  const bare = { ...pageProblem('unexpected_answer'), status }
  return { ...bare, ...membersOf(body, bare) }
}

/** Creates a problem from the status and the headers alone. */
export function problemOfHead({ status, headers }: Pick<Response, 'status' | 'headers'>): ApiProblem {
  const wait = retryAfterMs(headers, Date.now())
  return {
    code: 'unexpected_answer',
    status,
    detail: null,
    requestId: headers.get('x-request-id'),
    retryAfterSeconds: wait === undefined ? null : Math.ceil(wait / 1000),
  }
}

function membersOf(body: Record<string, unknown>, otherwise: ApiProblem) {
  return {
    code: typeof body.code === 'string' ? body.code : otherwise.code,
    detail: typeof body.detail === 'string' ? body.detail : null,
    requestId: typeof body.request_id === 'string' ? body.request_id : otherwise.requestId,
  }
}
