/** One call of a webhook, signed as the Standard Webhooks specification says (https://www.standardwebhooks.com). */
import { Webhook } from 'standardwebhooks'
import type { Fetch } from '../../src/base/endpoint-guard.ts'
import { isPublisherError } from '../../src/base/errors.ts'
import { retryAfterMs } from '../../src/base/retry-after.ts'

export interface WebhookMessage {
  /** ID of the event, equal in all tries. */
  id: string
  type: string
  tenant: string
  /** JSON object. */
  data: string
  /** Time of the event, ISO 8601. */
  at: string
}

export type WebhookOutcome =
  | { kind: 'delivered' }
  /** The receiver wants no more events. */
  | { kind: 'gone' }
  | { kind: 'failed'; error: string; retryAfterMs?: number | undefined }

export interface WebhookTarget {
  url: string
  secret: string
}

/** Sends a message, and reads only status and head of the answer. Rejects only if `signal` aborts. */
export type CallWebhook = (
  target: WebhookTarget,
  message: WebhookMessage,
  signal: AbortSignal,
) => Promise<WebhookOutcome>

export interface WebhookCallOptions {
  /** Fetch that reaches public servers only, and follows no redirect. */
  fetch: Fetch
  now?: () => number
  timeoutMs: number
}

/** Creates the call. */
export function createWebhookCall({ fetch, now = Date.now, timeoutMs }: WebhookCallOptions): CallWebhook {
  return async (target, message, signal) => {
    const body = bodyOf(message)
    const headers = headersOf(target.secret, message.id, body, now())
    try {
      const answer = await fetch(target.url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      await answer.body?.cancel()
      return outcomeOf(answer, now())
    } catch (error) {
      if (signal.aborted) throw error
      return { kind: 'failed', error: reasonOf(error) }
    }
  }
}

function bodyOf({ type, tenant, data, at }: WebhookMessage): string {
  return JSON.stringify({ type, timestamp: at, data: { tenant, ...JSON.parse(data) } })
}

function headersOf(secret: string, id: string, body: string, now: number): Record<string, string> {
  const time = new Date(now)
  return {
    'content-type': 'application/json',
    'user-agent': 'publisher-orchestrator',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(time.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, time, body),
  }
}

function outcomeOf(answer: Response, now: number): WebhookOutcome {
  if (answer.ok) return { kind: 'delivered' }
  if (answer.status === 410) return { kind: 'gone' }
  return {
    kind: 'failed',
    error: `HTTP ${answer.status}`,
    retryAfterMs: retryAfterMs(answer.headers, now),
  }
}

/** Returns the kind of a failed call. Messages may hold addresses. */
function reasonOf(error: unknown): string {
  if (isPublisherError(error, 'endpoint_refused')) return 'address refused'
  return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'no connection'
}
