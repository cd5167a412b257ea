/** Dropbox's error answers: nested unions, and a summary whose tail means nothing. */

/** A union value: its tag, and what that carries. */
export type Union = { '.tag': string } & Record<string, unknown>

/** Thrown by a route; becomes the HTTP answer. */
export class Refusal extends Error {
  readonly status: number
  /** What stands under `error`; plain text is sent instead of JSON where it is missing. */
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

/** A route's own error, given by its tags from the outside in. */
export function refuse(...tags: [string, ...string[]]): Refusal {
  return new Refusal(409, tags.join('/'), union(...tags))
}

/** `UploadWriteFailed` is a struct inside the union: its fields stand beside the tag. */
export function uploadFailed(...writeError: [string, ...string[]]): Refusal {
  const error = {
    '.tag': 'path',
    reason: union(...writeError),
    upload_session_id: 'pid_upload_session:unused',
  }
  return new Refusal(409, ['path', ...writeError].join('/'), error)
}

/** What is wrong with the token. */
export function unauthorised(tag: string): Refusal {
  return new Refusal(401, tag, union(tag))
}

/** auth.stone's `TokenScopeError`, a struct inside the union. */
export function missingScope(scope: string): Refusal {
  return new Refusal(401, 'missing_scope', { '.tag': 'missing_scope', required_scope: scope })
}

/** auth.stone's `RateLimitError`, a struct without a tag. */
export function rateLimit(reason: string, seconds: number): Refusal {
  const error = { reason: union(reason), retry_after: seconds }
  return new Refusal(429, reason, error, { 'retry-after': String(seconds) })
}

/** A bad argument: plain text that quotes the route, as Dropbox does. */
export function badInput(route: string, problem: string): Refusal {
  return new Refusal(400, `Error in call to API function "${route}": ${problem}`)
}

const tails = ['/..', '/...', '/', '/.']
let answered = 0

/** The answer. The tail of a summary changes from answer to answer, so that nobody compares it whole. */
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
