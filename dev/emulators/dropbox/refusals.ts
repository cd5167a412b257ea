/** Dropbox's error answers: nested unions, and a summary with a meaningless tail. */

/** Union value: its tag, and the data that belongs to the tag. */
export type Union = { '.tag': string } & Record<string, unknown>

/** Error of a route, which becomes the HTTP answer. */
export class Refusal extends Error {
  readonly status: number
  /** Value of `error` in the answer. If missing, the answer is plain text. */
  readonly error: Record<string, unknown> | undefined
  readonly headers: Record<string, string>

  constructor(
    status: number,
    summary: string,
    error?: Record<string, unknown>,
    headers: Record<string, string> = {},
  ) {
    super(summary)
    this.status = status
    this.error = error
    this.headers = headers
  }
}

/** `union('path', 'conflict', 'file')` is `{".tag": "path", "path": {".tag": "conflict", "conflict": ...}}`. */
export function union(tag: string, ...inner: string[]): Union {
  const [next, ...rest] = inner
  return next === undefined ? { '.tag': tag } : { '.tag': tag, [tag]: union(next, ...rest) }
}

/** Creates a route's own error, by its tags from outermost to innermost. */
export function refuse(...tags: [string, ...string[]]): Refusal {
  return new Refusal(409, tags.join('/'), union(...tags))
}

/** Creates an `UploadWriteFailed`, a struct inside the union: its fields stand beside the tag. */
export function uploadFailed(...writeError: [string, ...string[]]): Refusal {
  const error = {
    '.tag': 'path',
    reason: union(...writeError),
    upload_session_id: 'pid_upload_session:unused',
  }
  return new Refusal(409, ['path', ...writeError].join('/'), error)
}

/** Creates the error for an invalid token. */
export function unauthorised(tag: string): Refusal {
  return new Refusal(401, tag, union(tag))
}

/** Creates auth.stone's `TokenScopeError`, a struct inside the union. */
export function missingScope(scope: string): Refusal {
  return new Refusal(401, 'missing_scope', { '.tag': 'missing_scope', required_scope: scope })
}

/** Creates auth.stone's `RateLimitError`, a struct without a tag. */
export function rateLimit(reason: string, seconds: number): Refusal {
  const error = { reason: union(reason), retry_after: seconds }
  return new Refusal(429, reason, error, { 'retry-after': String(seconds) })
}

/** Creates the error for a bad argument: plain text that quotes the route, as Dropbox does. */
export function badInput(route: string, problem: string): Refusal {
  return new Refusal(400, `Error in call to API function "${route}": ${problem}`)
}

const tails = ['/..', '/...', '/', '/.']
let answered = 0

/** Creates the answer. The tail of the summary changes with each answer, so that clients do not compare the whole summary. */
export function refusalResponse({ status, message, error, headers }: Refusal): Response {
  if (!error) {
    return new Response(message, {
      status,
      headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    })
  }
  answered += 1
  return Response.json(
    { error_summary: message + tails[answered % tails.length], error },
    { status, headers },
  )
}
