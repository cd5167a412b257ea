/** Problems as the page knows them: told by the server in a problem document (RFC 9457), or found by the page itself. */
import { retryAfterMs } from '../base/retry-after.ts'
import { isRecord, jsonOf } from './json.ts'

/** Language of the server's own sentences, for screen readers (WCAG 2.2, 3.1.2). */
export const serverLanguage = 'en'

export interface ApiProblem {
  /** The server's code (src/base/error-codes.ts), or one of the page: `offline`, `unreachable`, `unexpected_answer` ... */
  code: string
  /** 0 where there was no answer. */
  status: number
  /** The server's sentence for people. */
  detail: string | null
  requestId: string | null
  /** The server's `Retry-After`. */
  retryAfterSeconds: number | null
}

/** Makes a problem that the page itself has found, without an answer of the server. */
export function pageProblem(code: string, detail: string | null = null): ApiProblem {
  return { code, status: 0, detail, requestId: null, retryAfterSeconds: null }
}

/** Makes the problem of a request that got no answer. */
export function unreached(): ApiProblem {
  return pageProblem(navigator.onLine ? 'unreachable' : 'offline')
}

/** An answer that arrived, but does not hold what it should. */
export const unreadable: ApiProblem = { ...pageProblem('unexpected_answer'), status: 200 }

/** Reads a problem document. A proxy's error page in its place leaves what the status and the headers say. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const bare = problemOfHead(response)
  const body = await jsonOf(response)
  return isRecord(body) ? { ...bare, ...membersOf(body, bare) } : bare
}

/** Reads a problem document that came inside of a stream. */
export function problemFrom(body: Record<string, unknown>): ApiProblem {
  const status = typeof body.status === 'number' ? body.status : 0
  const bare = { ...pageProblem('unexpected_answer'), status }
  return { ...bare, ...membersOf(body, bare) }
}

/** Makes a problem from the status and the headers alone. */
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
