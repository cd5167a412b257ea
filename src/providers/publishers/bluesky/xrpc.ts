/** Calls methods of a Bluesky server (atproto.com, "HTTP API (XRPC)"). */
import { z } from 'zod'
import { textAtMost } from '../../../base/bounded-body.ts'
import type { Fetch } from '../../../base/endpoint-guard.ts'
import { isPublisherError } from '../../../base/errors.ts'
import { parseJson } from '../../../base/json.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Secret } from '../../../base/secret.ts'
import { errorText, safeLine } from '../../../base/vendor-text.ts'
import type { ProvedRequest, Prover } from './prover.ts'

/** Upper bound on an answer. Real answers have a few kilobytes. */
const maxAnswerBytes = 2 ** 20

export interface XrpcServer {
  /** Address without a trailing slash. */
  url: string
  fetch: Fetch
  /** Current time in milliseconds. */
  now: () => number
}

/** Proof of an account. */
export interface Access {
  /** Token for the `Authorization` header. */
  token: Secret
  /** Key of the token. Absent: the token alone is enough. */
  prover?: Prover
}

export interface XrpcCall {
  /** Name of the method, such as `com.atproto.repo.getRecord`. */
  method: string
  /** Proof of the account. Absent for public calls. */
  access?: Access
  /** Parameters of a query. A call without a body is a query unless `isProcedure`. */
  query?: Readonly<Record<string, string>>
  /** Body, sent as JSON. */
  input?: object
  /** Body of a file. */
  file?: { bytes: Uint8Array; mediaType: string }
  /** True for a procedure without a body. */
  isProcedure?: boolean
  /** Further secrets that an error of the server must not repeat. */
  secrets?: readonly Secret[]
}

export interface XrpcAnswer {
  status: number
  /** Parsed JSON; `undefined` for any other body. */
  body: unknown
  /** Name of the error, such as `ExpiredToken`; empty if the server gave none. */
  error: string
  /** Message of the error on one line, without secrets. */
  message: string
  /** Pause that the server asks for, in milliseconds. */
  waitMs: number | undefined
}

/** Error for a request without a usable answer: the server may have executed the request. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost'
}

const errorSchema = z.object({ error: z.string().max(100), message: z.string().catch('') })

/** Sends one request and follows no redirect. Throws {@link AnswerLost}, or `endpoint_refused` for a server that is not public. */
export async function callXrpc(server: XrpcServer, call: XrpcCall, signal: AbortSignal): Promise<XrpcAnswer> {
  const { method, access, query, secrets = [] } = call
  const search = query ? `?${new URLSearchParams(query)}` : ''
  const bodyOf = bodyWithType(call)
  const headers = {
    ...(bodyOf && { 'content-type': bodyOf.mediaType }),
  }
  const isPost = bodyOf !== undefined || call.isProcedure === true
  const init = { method: isPost ? 'POST' : 'GET', headers, body: bodyOf?.body ?? null, signal }
  const redact = (text: string) => safeLine(text, access ? [access.token, ...secrets] : secrets)
  // Workers refuse a global `fetch` that is called as a method.
  const { fetch } = server
  try {
    const response = await send(fetch, `${server.url}/xrpc/${method}${search}`, init, access)
    return answerOf(response, await textAtMost(response, maxAnswerBytes), redact, server.now())
  } catch (error) {
    if (isPublisherError(error)) throw error
    throw new AnswerLost(redact(errorText(error)))
  }
}

async function send(fetch: Fetch, url: string, init: ProvedRequest, access?: Access): Promise<Response> {
  if (access?.prover) return access.prover.send(fetch, url, access.token, init)
  const authorization = access && { authorization: `Bearer ${access.token.reveal()}` }
  return fetch(url, { ...init, headers: { ...init.headers, ...authorization }, redirect: 'manual' })
}

function bodyWithType({ input, file }: XrpcCall) {
  if (input) return { body: JSON.stringify(input), mediaType: 'application/json' }
  return file && { body: new Uint8Array(file.bytes), mediaType: file.mediaType }
}

function answerOf(
  { status, headers }: Response,
  text: string,
  redact: (text: string) => string,
  now: number,
): XrpcAnswer {
  const body = parseJson(text)
  const { error = '', message = '' } = errorSchema.safeParse(body).data ?? {}
  const waitMs = retryAfterMs(headers, now) ?? resetMs(headers, now)
  return { status, body, error: redact(error), message: redact(message), waitMs }
}

/** Reads `ratelimit-reset` in Unix seconds, which older servers send without `Retry-After`. */
function resetMs(headers: Headers, now: number): number | undefined {
  const seconds = headers.get('ratelimit-reset')?.slice(0, 20) ?? ''
  return /^\d{1,12}$/.test(seconds) ? Math.max(0, Number(seconds) * 1000 - now) : undefined
}
