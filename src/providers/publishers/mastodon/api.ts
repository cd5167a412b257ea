/** Makes requests to a server that speaks Mastodon's API (docs.joinmastodon.org, "Rate limits" and "OAuth scopes"). */
import { z } from 'zod'
import { textAtMost } from '../../../base/bounded-body.ts'
import type { Fetch } from '../../../base/endpoint-guard.ts'
import { isPublisherError, type PublisherError } from '../../../base/errors.ts'
import { parseJson } from '../../../base/json.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Secret } from '../../../base/secret.ts'
import { errorText, safeLine } from '../../../base/vendor-text.ts'
import { NoAnswer, reasonOf, redirected, tokenRejected, tooMany, unavailable } from './errors.ts'

export interface MastodonCredentials {
  /** URL of the server. Its path is ignored. */
  instance_url: string
  access_token: Secret
}

/** A server with an account's token. */
export interface MastodonServer {
  credentials: MastodonCredentials
  fetch: Fetch
  /** Current time in milliseconds. */
  now: () => number
  retry: RetryPolicy
}

export interface Call {
  /** Default: GET. */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path from the origin, with any query. */
  path: string
  form?: FormData
  json?: Readonly<Record<string, unknown>>
  /** `Idempotency-Key`. */
  key?: string
}

/** An answer below 500. */
export interface Answer {
  status: number
  /** Parsed body. `undefined` for a body that is not JSON, which only a refusal may have. */
  body: unknown
  /** The server's words about a refusal, on one line. */
  reason: string
}

/** Upper bound on an answer. A list of 40 posts has about 200 kilobytes. */
export const maxAnswerBytes = 2 ** 21

/**
 * Makes the request once. Follows no redirect, so that the token reaches no other server.
 *
 * Throws {@link NoAnswer} if the server may have handled the request, {@link RetryableError} after 429, and `credentials_rejected`,
 * `endpoint_refused` or `publish_refused` if it certainly did not.
 */
export async function once(server: MastodonServer, call: Call, signal: AbortSignal): Promise<Answer> {
  if (signal.aborted) throw unavailable(new Error('stopped before the request'))
  const { status, headers, text } = await send(server, call, signal)
  const body = parseJson(text)
  const reason = reasonOf(wordsOf(body), server.credentials.access_token)
  const cause = new Error(`${call.method ?? 'GET'} answered ${status}: ${reason}`)
  if (status >= 300 && status < 400) throw redirected(status)
  if (status === 401) throw tokenRejected(cause)
  if (status === 429) {
    const wait = resetMs(headers, server.now()) ?? retryAfterMs(headers, server.now())
    throw new RetryableError(cause.message, { cause, retryAfterMs: wait, isOutage: false })
  }
  const isUseless = status < 300 && body === undefined
  if (status >= 500 || status === 408 || isUseless) {
    throw new NoAnswer(cause.message, {
      status,
      cause,
      retryAfterMs: retryAfterMs(headers, server.now()),
    })
  }
  return { status, body, reason }
}

/** Makes a request that may be repeated. Throws the errors of `Publisher.publish`; none of them means an unknown outcome. */
export async function ask(server: MastodonServer, call: Call, signal: AbortSignal): Promise<Answer> {
  try {
    return await withRetry((attempt) => once(server, call, attempt), server.retry, signal)
  } catch (error) {
    throw withoutAnswer(error)
  }
}

/** Turns the error of a request without effect into an error for people. */
export function withoutAnswer(error: unknown): PublisherError {
  if (isPublisherError(error)) return error
  if (error instanceof RetryableError && !error.isOutage) return tooMany(error.retryAfterMs, error.cause)
  return unavailable(error)
}

async function send(
  { credentials: { instance_url, access_token }, fetch }: MastodonServer,
  { method = 'GET', path, form, json, key }: Call,
  signal: AbortSignal,
) {
  const headers = new Headers({ accept: 'application/json' })
  headers.set('authorization', `Bearer ${access_token.reveal()}`)
  if (json) headers.set('content-type', 'application/json')
  if (key !== undefined) headers.set('idempotency-key', key)
  const body = form ?? (json && JSON.stringify(json))
  try {
    const response = await fetch(new URL(path, instance_url), {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal,
    })
    const { status } = response
    return { status, headers: response.headers, text: await textAtMost(response, maxAnswerBytes) }
  } catch (error) {
    if (isPublisherError(error)) throw error
    throw new NoAnswer('the connection broke', {
      cause: new Error(safeLine(errorText(error), [access_token])),
    })
  }
}

const refusalSchema = z.object({
  error: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
})

/** Returns the server's words: `error` in Mastodon's API, `message` in Pixelfed's. */
function wordsOf(body: unknown): string {
  const { error, message } = refusalSchema.safeParse(body).data ?? {}
  return error ?? message ?? ''
}

/** Upper bound on the characters of `X-RateLimit-Reset`. */
const maxHeaderLength = 60

/** Reads `X-RateLimit-Reset`, which is a time (ISO 8601) and not a number of seconds. */
function resetMs(headers: Headers, now: number): number | undefined {
  const time = Date.parse(headers.get('x-ratelimit-reset')?.slice(0, maxHeaderLength) ?? '')
  return Number.isNaN(time) ? undefined : Math.max(0, time - now)
}
