/** The control plane over HTTP (design section 3). */
import { z } from 'zod'
import { PublisherError } from '../../base/errors.ts'
import { RetryableError, type RetryPolicy, retryAfterMs, withRetry } from '../../base/retry.ts'
import type { Secret } from '../../base/secret.ts'
import { createTokenRing } from '../../contract/service-tokens.ts'
import {
  type ConfigLookup,
  type ConfigSource,
  credentialsUnavailable,
  toCredentials,
  toLookup,
  UnknownCredentials,
  unavailableMessage,
} from '../../ports/config-source.ts'
import { traceHeaders } from '../telemetry/spans.ts'

export interface OrchestratorClientOptions {
  /** Without a trailing slash. */
  baseUrl: string
  /** Service tokens in the order in which to try them. */
  tokens: readonly Secret[]
  /** Limit of one attempt in milliseconds. Default 3000. */
  timeoutMs?: number
  /** A host that is never a tenant; asking for it tells whether the orchestrator answers. */
  probeHost: string
  fetch?: typeof fetch
  now?: () => number
}

const deadlineMs = 10_000
const maxAnswerBytes = 1_000_000
const defaultRetryAfterMs = 5_000

/** Makes the client of one orchestrator. Retries as the contract says: 429, 5xx and network failures, never 400, 403, 404. */
export function createOrchestratorClient(options: OrchestratorClientOptions): ConfigSource {
  const { baseUrl, timeoutMs = 3000, fetch: send = fetch, now = Date.now } = options
  const tokens = createTokenRing(options.tokens)
  const policy: RetryPolicy = {
    attempts: 3,
    baseMs: 250,
    capMs: 5000,
    attemptTimeoutMs: timeoutMs,
    deadlineMs,
  }
  let asksByGet = false

  /** One exchange, with the next token where this one is refused. Server errors and silence are thrown as retryable. */
  async function exchange(call: Call, signal: AbortSignal): Promise<Answer> {
    let answer = await once(call, tokens.current(), signal)
    for (const token of tokens.others()) {
      if (!refusesToken(answer)) break
      answer = await once(call, token, signal)
      if (!refusesToken(answer)) tokens.prefer(token)
    }
    return answer
  }

  async function once(call: Call, token: Secret, signal: AbortSignal): Promise<Answer> {
    let response: Response
    let text: string
    try {
      response = await send(baseUrl + call.path, {
        method: call.method,
        redirect: 'manual',
        signal,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token.reveal()}`,
          'x-request-id': call.requestId,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...call.headers,
          ...traceHeaders(),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      })
      text = await readText(response)
    } catch (cause) {
      throw new RetryableError('The orchestrator could not be reached.', { cause })
    }
    if (response.status === 429 || response.status >= 500) {
      throw new RetryableError(`The orchestrator answered ${response.status}.`, {
        retryAfterMs: retryAfterMs(response.headers, now()),
      })
    }
    return { status: response.status, text }
  }

  function call(
    request: Call,
    unavailable: (cause: unknown, retryAfter: number) => PublisherError,
  ): Promise<Answer> {
    return withRetry((signal) => exchange(request, signal), policy).catch((cause: unknown) => {
      const asked = cause instanceof RetryableError ? cause.retryAfterMs : undefined
      throw unavailable(cause, asked ?? defaultRetryAfterMs)
    })
  }

  async function askRuntime(
    host: string,
    knownVersion: string | undefined,
    requestId: string,
    send: (request: Call) => Promise<Answer>,
  ): Promise<Answer> {
    const headers: Record<string, string> =
      knownVersion && isEntityTag(knownVersion) ? { 'if-none-match': `"${knownVersion}"` } : {}
    const path = '/v1/runtime/by-host'
    const byGet: Call = {
      method: 'GET',
      path: `${path}?host=${encodeURIComponent(host)}`,
      headers,
      requestId,
    }
    if (asksByGet) return send(byGet)
    const answer = await send({ method: 'POST', path, body: { host }, headers, requestId })
    if (answer.status !== 405) return answer
    asksByGet = true
    return send(byGet)
  }

  return {
    kind: 'orchestrator',

    async lookup(host, knownVersion, requestId) {
      const patiently = (request: Call) => call(request, configUnavailable)
      const answer = await askRuntime(host, knownVersion, toUuid(requestId), patiently)
      return readLookup(answer, knownVersion)
    },

    async resolveCredentials(tenant, ref, requestId) {
      const answer = await call(
        {
          method: 'POST',
          path: '/v1/credentials/resolve',
          headers: { 'x-tenant': tenant },
          body: { credentials_ref: ref },
          requestId: toUuid(requestId),
        },
        credentialsUnavailable,
      )
      if (answer.status === 200) return toCredentials(parseJson(answer.text))
      if (isInsufficientBalance(answer)) {
        throw new PublisherError(
          'insufficient_balance',
          'This account has run out of credit. Top it up to go on.',
        )
      }
      const said = `The orchestrator answered ${answer.status} for credentials.`
      throw answer.status === 404 || answer.status === 400
        ? credentialsUnavailable(new UnknownCredentials(said))
        : credentialsUnavailable(new Error(said), defaultRetryAfterMs)
    },

    async reportUsage({ tenant, tokens, idempotencyKey, occurredAt }, requestId) {
      const body = {
        tenant_id: tenant,
        source: 'publisher',
        idempotency_key: idempotencyKey,
        metric: 'ai_tokens',
        quantity: tokens,
        unit: 'tokens',
        occurred_at: occurredAt.toISOString(),
      }
      const path = '/v1/billing/usage'
      const answer = await call(
        { method: 'POST', path, body, requestId: toUuid(requestId) },
        configUnavailable,
      )
      // Billing is optional: an orchestrator without it answers 404.
      if (answer.status >= 300 && answer.status !== 404) {
        throw configUnavailable(new Error(`The orchestrator answered ${answer.status} for usage.`))
      }
    },

    async check() {
      const once = (request: Call) => exchange(request, AbortSignal.timeout(timeoutMs))
      try {
        const answer = await askRuntime(options.probeHost, undefined, crypto.randomUUID(), once)
        const reason = refusalIn(answer)
        return reason === undefined ? { ready: true } : { ready: false, reason }
      } catch (error) {
        const answered = error instanceof RetryableError && error.cause === undefined
        return { ready: false, reason: answered ? error.message : 'the orchestrator cannot be reached' }
      }
    },

    acceptsToken: tokens.accepts,
  }
}

interface Call {
  method: 'GET' | 'POST'
  path: string
  requestId: string
  headers?: Record<string, string>
  body?: unknown
}

interface Answer {
  status: number
  text: string
}

/** What an answer about a host says. Throws `config_unavailable` for what the contract does not know. */
function readLookup({ status, text }: Answer, knownVersion: string | undefined): ConfigLookup {
  if (status === 200) return toLookup(parseJson(text))
  if (status === 304 && knownVersion !== undefined) return { status: 'unchanged' }
  if (status === 404 || status === 409) return { status: 'no_tenant' }
  throw configUnavailable(new Error(`The orchestrator answered ${status} for a runtime configuration.`))
}

/** Why lookups that are answered like this fail; undefined: they do not. */
function refusalIn(answer: Answer): string | undefined {
  if (answer.status === 403 || answer.status === 401) return 'the orchestrator refuses the service token'
  try {
    readLookup(answer, undefined)
    return undefined
  } catch {
    return `the orchestrator answered ${answer.status} with something that is no runtime configuration`
  }
}

function configUnavailable(cause: unknown, retryAfter = defaultRetryAfterMs): PublisherError {
  return new PublisherError('config_unavailable', unavailableMessage, { cause, retryAfterMs: retryAfter })
}

/** Reads the body up to a limit: an answer beyond it is none that the contract knows. */
async function readText(response: Response): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes) throw new RangeError('The answer is too large.')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const balanceSchema = z.object({ error: z.literal('insufficient_balance') })

function isInsufficientBalance(answer: Answer): boolean {
  return answer.status === 403 && balanceSchema.safeParse(parseJson(answer.text)).success
}

function refusesToken(answer: Answer): boolean {
  return answer.status === 403 && !isInsufficientBalance(answer)
}

/** Whether a version can stand between the quotes of an entity tag (RFC 9110, section 8.8.3). */
function isEntityTag(version: string): boolean {
  return /^[\x21\x23-\x7e]+$/.test(version)
}

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** The contract asks for a UUID; a caller's own request id may be any sane token. */
function toUuid(requestId: string): string {
  return uuid.test(requestId) ? requestId : crypto.randomUUID()
}
