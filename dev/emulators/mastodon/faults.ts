/** Faults that the emulator can inject, and the log of its calls. */
import type { Fault } from '../dropbox/faults.ts'

export { malformed, serverError } from '../dropbox/faults.ts'

/** A request, as the emulator received it. */
export interface MastodonCall {
  /** Method and path, with `:id` for IDs: `POST /api/v1/statuses`. */
  route: string
  /** Name of the token's account; `undefined` for a wrong or missing token. */
  account: string | undefined
  /** `Idempotency-Key`. */
  key: string | null
  /** Milliseconds since 1970. */
  at: number
  /** Status of the answer; `undefined` while the call is in progress and after a broken connection. */
  status: number | undefined
}

/** Decides for each request, before its body is read, whether to inject a fault. */
export type MastodonFaultRule = (call: MastodonCall) => Fault | undefined

/** Injects the fault at the `nth` call of this route from now on (1 is the next), `times` calls in all. */
export function onRoute(route: string, fault: Fault, { nth = 1, times = 1 } = {}): MastodonFaultRule {
  let seen = 0
  return (call) => {
    if (call.route !== route) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Answers 429 as Mastodon does: with the time of the reset, and without `Retry-After`. */
export function rateLimited(resetsAt: Date): Fault {
  const headers = { 'content-type': 'application/json', 'x-ratelimit-reset': resetsAt.toISOString() }
  return { kind: 'answer', status: 429, body: '{"error":"Too many requests"}', headers }
}

/** Answers with an error in Mastodon's form. */
export function refusing(status: number, error: string): Fault {
  const headers = { 'content-type': 'application/json' }
  return { kind: 'answer', status, body: JSON.stringify({ error }), headers }
}
