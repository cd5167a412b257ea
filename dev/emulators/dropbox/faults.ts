/** Ways in which the emulator can misbehave, and the log of what it was asked. */
import { union } from './refusals.ts'
import { streamOf } from './stored-bytes.ts'

/** One request, as the emulator saw it. */
export interface DropboxCall {
  /** `files/list_folder`, `oauth2/token`, `link` for temporary links. */
  route: string
  /** The name of the account whose token came along. */
  account: string | undefined
  /** The paths in the arguments. */
  paths: string[]
  /** The request's URL, where no secret may be. */
  url: string
  /** Milliseconds since 1970. */
  at: number
  /** The answer's status; `undefined` while it is under way and when the connection broke. */
  status: number | undefined
}

export type Fault =
  /** Answers so instead of doing anything. */
  | { kind: 'answer'; status: number; body: string; headers?: Record<string, string> }
  /** Breaks the connection instead of doing anything. */
  | { kind: 'reset' }
  /** Does what was asked, then breaks the connection or answers with this status. */
  | { kind: 'answer-lost'; status?: number }
  /** Waits for the promise before it does anything. */
  | { kind: 'hold'; until: Promise<unknown> }
  /** Sends so many bytes of the answer, waits for the promise, and sends the rest. */
  | { kind: 'hold-tail'; afterBytes: number; until: Promise<unknown> }

/** Looks at each request and may spoil it. */
export type FaultRule = (call: DropboxCall) => Fault | undefined

/** Spoils the `nth` request of this route from now on (1 is the next), and `times` in all. */
export function onCall(route: string, fault: Fault, { nth = 1, times = 1 } = {}): FaultRule {
  let seen = 0
  return (call) => {
    if (call.route !== route) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** 429 as auth.stone's `RateLimitError` has it. Without `seconds` there is no `Retry-After`. */
export function rateLimited(seconds?: number, reason = 'too_many_requests'): Fault {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (seconds !== undefined) headers['retry-after'] = String(seconds)
  const error = { reason: { '.tag': reason }, retry_after: seconds ?? 0 }
  const body = JSON.stringify({ error_summary: `${reason}/..`, error })
  return { kind: 'answer', status: 429, body, headers }
}

/** Stands for a connection that breaks before the answer has come. */
export class ConnectionBroken extends Error {}

/** Does what the fault asks for around `answer`. Throws {@link ConnectionBroken} where no answer is to come. */
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

/** A route's own error by its tags from the outside in. */
export function refusedWith(...tags: [string, ...string[]]): Fault {
  const body = JSON.stringify({ error_summary: `${tags.join('/')}/..`, error: union(...tags) })
  return { kind: 'answer', status: 409, body, headers: { 'content-type': 'application/json' } }
}

/** An answer that looks fine and is not. */
export function malformed(body = '<html>captive portal</html>'): Fault {
  return { kind: 'answer', status: 200, body, headers: { 'content-type': 'text/html' } }
}

export function serverError(status = 500): Fault {
  return { kind: 'answer', status, body: 'Internal Server Error' }
}
