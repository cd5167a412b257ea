/** Faults that the emulator can inject, and the log of its calls. */
import { union } from './refusals.ts'
import { streamOf } from './stored-bytes.ts'

/** One request, as the emulator received it. */
export interface DropboxCall {
  /** Route: `files/list_folder`, `oauth2/token`, or `link` for temporary links. */
  route: string
  /** Name of the account that owns the request's token. */
  account: string | undefined
  /** Paths in the arguments. */
  paths: string[]
  /** URL of the request, which must contain no secret. */
  url: string
  /** Milliseconds since 1970. */
  at: number
  /** Status of the answer; `undefined` while the call is in progress and after a broken connection. */
  status: number | undefined
}

export type Fault =
  /** Answers like this instead of running the route. */
  | { kind: 'answer'; status: number; body: string; headers?: Record<string, string> }
  /** Breaks the connection instead of running the route. */
  | { kind: 'reset' }
  /** Runs the route, then breaks the connection or answers with this status. */
  | { kind: 'answer-lost'; status?: number }
  /** Waits for the promise before running the route. */
  | { kind: 'hold'; until: Promise<unknown> }
  /** Sends `afterBytes` bytes of the answer, waits for the promise, and sends the rest. */
  | { kind: 'hold-tail'; afterBytes: number; until: Promise<unknown> }

/** Decides for each request whether to inject a fault. */
export type FaultRule = (call: DropboxCall) => Fault | undefined

/** Injects the fault at the `nth` request of this route from now on (1 is the next), `times` requests in all. */
export function onCall(route: string, fault: Fault, { nth = 1, times = 1 } = {}): FaultRule {
  let seen = 0
  return (call) => {
    if (call.route !== route) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Answers 429 in the form of auth.stone's `RateLimitError`. Without `seconds` there is no `Retry-After`. */
export function rateLimited(seconds?: number, reason = 'too_many_requests'): Fault {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (seconds !== undefined) headers['retry-after'] = String(seconds)
  const error = { reason: { '.tag': reason }, retry_after: seconds ?? 0 }
  const body = JSON.stringify({ error_summary: `${reason}/..`, error })
  return { kind: 'answer', status: 429, body, headers }
}

/** Signals a connection that breaks before the answer arrives. */
export class ConnectionBroken extends Error {}

/** Applies the fault around `answer`. Throws {@link ConnectionBroken} if no answer may arrive. */
export async function spoiled(fault: Fault | undefined, answer: () => Promise<Response>): Promise<Response> {
  switch (fault?.kind) {
    case undefined:
      return answer()
    case 'answer':
      return new Response(fault.body, { status: fault.status, headers: fault.headers ?? {} })
    case 'reset':
      throw new ConnectionBroken()
    case 'answer-lost':
      await answer()
      if (fault.status === undefined) throw new ConnectionBroken()
      return new Response('Bad Gateway', { status: fault.status })
    case 'hold':
      await fault.until
      return answer()
    case 'hold-tail': {
      const { body, status, headers } = await answer()
      return new Response(body && streamOf(withHeldTail(body, fault)), { status, headers })
    }
  }
}

async function* withHeldTail(
  body: ReadableStream<Uint8Array>,
  { afterBytes, until }: { afterBytes: number; until: Promise<unknown> },
): AsyncGenerator<Uint8Array> {
  let left = afterBytes
  for await (const chunk of body) {
    const head = chunk.subarray(0, left)
    if (head.length > 0) yield head
    left -= head.length
    if (head.length === chunk.length) continue
    await until
    yield chunk.subarray(head.length)
    left = Number.POSITIVE_INFINITY
  }
}

/** Answers with a route's own error, by its tags from outermost to innermost. */
export function refusedWith(...tags: [string, ...string[]]): Fault {
  const body = JSON.stringify({ error_summary: `${tags.join('/')}/..`, error: union(...tags) })
  return { kind: 'answer', status: 409, body, headers: { 'content-type': 'application/json' } }
}

/** Answers 200 with a body that is not valid. */
export function malformed(body = '<html>captive portal</html>'): Fault {
  return { kind: 'answer', status: 200, body, headers: { 'content-type': 'text/html' } }
}

export function serverError(status = 500): Fault {
  return { kind: 'answer', status, body: 'Internal Server Error' }
}
