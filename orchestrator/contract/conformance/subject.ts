/** Orchestrator under test, and the calls to it. */
import { boundedAnswer } from './bounded-answer.ts'

export interface Subject {
  baseUrl: string
  token: string
  /** Host that is bound to the publisher. Its first label is sent as `X-Tenant`. */
  host: string
  /** Bound host of another tenant, for the checks of isolation. */
  otherHost?: string | undefined
  /** References that only the first host's tenant has. */
  credentialsRefs?: readonly string[]
  /** Suspended host. */
  suspendedHost?: string | undefined
  /** Default: the global `fetch`. */
  fetch?: typeof fetch
}

/** Additional headers. `null` removes a default header. */
type ExtraHeaders = Readonly<Record<string, string | null>>

export const runtimePath = '/v1/runtime/by-host'
export const resolvePath = '/v1/credentials/resolve'
export const usagePath = '/v1/billing/usage'
export const claimsPath = '/v1/claims'
/** Longer than the publisher's own timeout. */
const timeoutMs = 10_000

export function get(subject: Subject, path: string, headers: ExtraHeaders = {}): Promise<Response> {
  return send(subject, path, { method: 'GET' }, headers)
}

export function post(
  subject: Subject,
  path: string,
  body: string,
  headers: ExtraHeaders = {},
): Promise<Response> {
  return send(subject, path, { method: 'POST', body }, { 'content-type': 'application/json', ...headers })
}

export interface ClaimCall {
  method: 'POST' | 'GET' | 'PUT' | 'DELETE'
  /** Default: the tenant of the subject's host. `null`: no `X-Tenant`. */
  tenant?: string | null
  /** Key in the address. Default: none. */
  key?: string
  query?: string
  body?: unknown
  headers?: ExtraHeaders
}

/** Makes a call about claims. */
export function callClaims(
  subject: Subject,
  { method, tenant, key, query = '', body, headers }: ClaimCall,
): Promise<Response> {
  const label = tenant === undefined ? subject.host.split('.')[0] : tenant
  const path = claimsPath + (key === undefined ? '' : `/${encodeURIComponent(key)}`) + query
  const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) }
  return send(subject, path, init, {
    ...(label !== null && label !== undefined && { 'x-tenant': label }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  })
}

export function getByHost(subject: Subject, host: string, headers?: ExtraHeaders): Promise<Response> {
  return get(subject, `${runtimePath}?host=${encodeURIComponent(host)}`, headers)
}

export function postByHost(subject: Subject, host: string, headers?: ExtraHeaders): Promise<Response> {
  return post(subject, runtimePath, JSON.stringify({ host }), headers)
}

/** Asks like the publisher: by POST, or by GET if POST answers 405. */
export async function askByHost(subject: Subject, host: string, headers?: ExtraHeaders): Promise<Response> {
  const response = await postByHost(subject, host, headers)
  return response.status === 405 ? getByHost(subject, host, headers) : response
}

export function resolve(
  subject: Subject,
  tenant: string,
  ref: string,
  headers: ExtraHeaders = {},
): Promise<Response> {
  return post(subject, resolvePath, JSON.stringify({ credentials_ref: ref }), {
    'x-tenant': tenant,
    ...headers,
  })
}

/** Largest accepted answer, as in the publisher. */
const maxAnswerBytes = 1_000_000

async function send(
  subject: Subject,
  path: string,
  init: RequestInit,
  extra: ExtraHeaders,
): Promise<Response> {
  const { baseUrl, token, fetch: call = fetch } = subject
  const headers = new Headers({
    authorization: `Bearer ${token}`,
    'x-request-id': crypto.randomUUID(),
  })
  for (const [name, value] of Object.entries(extra)) {
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  }
  const url = withoutSlashes(baseUrl) + path
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    return boundedAnswer(await call(url, { ...init, headers, redirect: 'manual', signal }), maxAnswerBytes)
  } catch (cause) {
    throw new Error(`no answer: ${reasonOf(cause)}`, { cause })
  }
}

/** Removes trailing slashes. */
function withoutSlashes(address: string): string {
  let end = address.length
  while (address[end - 1] === '/') end--
  return address.slice(0, end)
}

/** Returns the message of the cause, since `fetch` itself only says that the call failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}
