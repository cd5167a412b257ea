/** The studio at the orchestrator (src/ports/studio.ts). An orchestrator may lack it. */
import { z } from 'zod'
import { parseJson } from '../../../base/json.ts'
import { RetryableError } from '../../../base/retry.ts'
import {
  type AskStudio,
  type StudioCall,
  studioNotOffered,
  studioUnavailable,
} from '../../../ports/studio.ts'
import { type Answer, defaultRetryAfterMs } from './answers.ts'
import type { Call } from './exchange.ts'

/** Timeout of a call. */
const timeoutMs = 5000
/** Timeout of a call that makes the orchestrator ask a vendor: it tries pasted values, ends a token, lists folders. */
const vendorTimeoutMs = 15_000

/** Codes of a studio that answers 404 for something that it lacks. Any other 404 comes from an orchestrator without a studio. */
const missing: ReadonlySet<string> = new Set(['unknown_provider', 'unknown_key', 'unknown_webhook'])
const codeSchema = z.object({ code: z.string() })

/** Creates the function. `send` sends a call once, and throws a {@link RetryableError} without an answer. */
export function createAskStudio(send: (call: Call) => Promise<Answer>): AskStudio {
  return async (call) => {
    const answer = await send(callOf(call)).catch((cause: unknown) => {
      const asked = cause instanceof RetryableError ? cause.retryAfterMs : undefined
      throw studioUnavailable(cause, asked ?? defaultRetryAfterMs)
    })
    const body = parseJson(answer.text)
    if (isWithoutStudio(answer.status, body)) throw studioNotOffered()
    return { status: answer.status, etag: answer.etag, body }
  }
}

function callOf({ tenant, actor, method, path, ifMatch, body, requestId }: StudioCall): Call {
  const asksVendor = path.startsWith('/folders') || (path.startsWith('/connections') && method !== 'GET')
  return {
    method,
    path: `/v1/studio${path}`,
    headers: { 'x-tenant': tenant, 'x-actor': actor, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
    ...(body !== undefined && { body }),
    requestId,
    timeoutMs: asksVendor ? vendorTimeoutMs : timeoutMs,
  }
}

/** Checks for the answers of an orchestrator without a studio, and for a service token without the scope. */
function isWithoutStudio(status: number, body: unknown): boolean {
  if (status === 403 || status === 405) return true
  return status === 404 && !missing.has(codeSchema.safeParse(body).data?.code ?? '')
}
