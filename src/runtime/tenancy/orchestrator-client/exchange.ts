/** HTTP calls to the orchestrator. Falls back to the next service token after a refusal, and retries within a deadline. */
import { textAtMost } from '../../../base/bounded-body.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Secret } from '../../../base/secret.ts'
import { traceHeaders } from '../../telemetry/spans.ts'
import { type Answer, refusesToken } from './answers.ts'
import type { TokenRing } from './token-ring.ts'

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  requestId: string
  headers?: Record<string, string>
  body?: unknown
  /** Timeout of a call that is tried once. Default: the timeout of an attempt. */
  timeoutMs?: number
}

export interface ExchangeOptions {
  /** Without a trailing slash. */
  baseUrl: string
  tokens: TokenRing
  /** Timeout of one attempt. */
  timeoutMs: number
  fetch: typeof fetch
  now: () => number
}

/** Sends calls. Both methods throw a {@link RetryableError} for 429, for 5xx and for an unreachable orchestrator. */
export interface Exchange {
  /** Tries once. */
  once(call: Call): Promise<Answer>
  /** Tries up to three times, 10 s in all. */
  withRetries(call: Call): Promise<Answer>
}

const deadlineMs = 10_000
const maxAnswerBytes = 1_000_000

/** Creates the exchange with one orchestrator. */
export function createExchange({ tokens, timeoutMs, ...connection }: ExchangeOptions): Exchange {
  const policy: RetryPolicy = {
    attempts: 3,
    baseMs: 250,
    capMs: 5000,
    attemptTimeoutMs: timeoutMs,
    deadlineMs,
  }

  async function attempt(call: Call, signal: AbortSignal): Promise<Answer> {
    const send = (token: Secret) => sendCall(call, token, signal, connection)
    let answer = await send(tokens.current())
    for (const token of tokens.others()) {
      if (!refusesToken(answer)) break
      answer = await send(token)
      if (!refusesToken(answer)) tokens.prefer(token)
    }
    return answer
  }

  return {
    once: (call) => attempt(call, AbortSignal.timeout(call.timeoutMs ?? timeoutMs)),
    withRetries: (call) => withRetry((signal) => attempt(call, signal), policy),
  }
}

async function sendCall(
  { method, path, requestId, headers, body }: Call,
  token: Secret,
  signal: AbortSignal,
  { baseUrl, fetch: send, now }: Pick<ExchangeOptions, 'baseUrl' | 'fetch' | 'now'>,
): Promise<Answer> {
  let response: Response
  let text: string
  try {
    response = await send(baseUrl + path, {
      method,
      redirect: 'manual',
      signal,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token.reveal()}`,
        'x-request-id': requestId,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        ...traceHeaders(),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    text = await textAtMost(response, maxAnswerBytes)
  } catch (cause) {
    throw new RetryableError('The orchestrator could not be reached.', { cause })
  }
  if (response.status === 429 || response.status >= 500) {
    throw new RetryableError(`The orchestrator answered ${response.status}.`, {
      retryAfterMs: retryAfterMs(response.headers, now()),
    })
  }
  return { status: response.status, text, etag: response.headers.get('etag') }
}
