/** Faults that the proxy in front of the Bluesky server can inject, and the log of its calls. */
import type { Fault } from '../../emulators/dropbox/faults.ts'

/** One request, as the proxy received it. */
export interface PdsCall {
  /** Name of the method, such as `com.atproto.repo.putRecord`. For other calls their path, such as `/oauth/token`. */
  method: string
  /** Milliseconds since 1970. */
  at: number
  /** Status of the answer; `undefined` while the call is in progress and after a broken connection. */
  status: number | undefined
}

/** Decides for each request whether to inject a fault. */
export type PdsFaultRule = (call: PdsCall) => Fault | undefined

/** Injects the fault at the `nth` call of this method from now on (1 is the next), `times` calls in all. */
export function onMethod(method: string, fault: Fault, { nth = 1, times = 1 } = {}): PdsFaultRule {
  let seen = 0
  return (call) => {
    if (!call.method.endsWith(`.${method}`)) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Injects the fault at the next call of this path. */
export function onPath(path: string, fault: Fault): PdsFaultRule {
  let isOver = false
  return ({ method }) => {
    if (isOver || method !== path) return undefined
    isOver = true
    return fault
  }
}

/** Answers with an error in the form of all methods. */
export function refusing(
  status: number,
  error: string,
  message = error,
  headers: Record<string, string> = {},
): Fault {
  const body = JSON.stringify({ error, message })
  return { kind: 'answer', status, body, headers: { 'content-type': 'application/json', ...headers } }
}

/** Answers 429, with `Retry-After` or, as older servers do, with `ratelimit-reset` only. */
export function rateLimited(seconds: number, { isOld = false } = {}): Fault {
  const resetAt = String(Math.ceil(Date.now() / 1000) + seconds)
  const headers = isOld ? { 'ratelimit-reset': resetAt } : { 'retry-after': String(seconds) }
  return refusing(429, 'RateLimitExceeded', 'Rate Limit Exceeded', headers)
}
