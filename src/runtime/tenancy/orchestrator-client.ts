/** HTTP client of the orchestrator, the source of configurations and credentials. */
import type { PublisherError } from '../../base/errors.ts'
import { RetryableError } from '../../base/retry.ts'
import type { Secret } from '../../base/secret.ts'
import {
  type ConfigSource,
  credentialsUnavailable,
  type UsageEvent,
  type UsageMetric,
} from '../../ports/config-source.ts'
import {
  type Answer,
  configUnavailable,
  defaultRetryAfterMs,
  readCredentials,
  readLookup,
  refusalIn,
} from './orchestrator-client/answers.ts'
import { createAskByHost } from './orchestrator-client/by-host.ts'
import { claimsUnavailable, createClaims } from './orchestrator-client/claims.ts'
import { type Call, createExchange } from './orchestrator-client/exchange.ts'
import { createAskStudio } from './orchestrator-client/studio.ts'
import { createTokenRing } from './orchestrator-client/token-ring.ts'

export interface OrchestratorClientOptions {
  /** Without a trailing slash. */
  baseUrl: string
  /** Service tokens in the order in which to try them. */
  tokens: readonly Secret[]
  /** Timeout of one attempt. Default 3000. */
  timeoutMs?: number
  /** Host that never has a tenant. The readiness check looks this host up. */
  probeHost: string
  fetch?: typeof fetch
  now?: () => number
}

/** Creates the client of one orchestrator. Retries 429, 5xx and network failures, but never 400, 403 or 404. */
export function createOrchestratorClient(options: OrchestratorClientOptions): ConfigSource {
  const { baseUrl, probeHost, timeoutMs = 3000, fetch: send = fetch, now = Date.now } = options
  const tokens = createTokenRing(options.tokens)
  const exchange = createExchange({ baseUrl, tokens, timeoutMs, fetch: send, now })
  const askByHost = createAskByHost()
  const askStudio = createAskStudio(exchange.once)

  function call(
    request: Call,
    unavailable: (cause: unknown, retryAfter: number) => PublisherError,
  ): Promise<Answer> {
    return exchange.withRetries(request).catch((cause: unknown) => {
      const asked = cause instanceof RetryableError ? cause.retryAfterMs : undefined
      throw unavailable(cause, asked ?? defaultRetryAfterMs)
    })
  }

  return {
    kind: 'orchestrator',

    async lookup(host, knownVersion, requestId) {
      const question = { host, knownVersion, requestId: toUuid(requestId) }
      return readLookup(
        await askByHost(question, (request) => call(request, configUnavailable)),
        knownVersion,
      )
    },

    async resolveCredentials(tenant, ref, requestId) {
      const request: Call = {
        method: 'POST',
        path: '/v1/credentials/resolve',
        headers: { 'x-tenant': tenant },
        body: { credentials_ref: ref },
        requestId: toUuid(requestId),
      }
      return readCredentials(await call(request, credentialsUnavailable))
    },

    async reportUsage(event, requestId) {
      const { status } = await call(usageCall(event, toUuid(requestId)), configUnavailable)
      // Billing is optional: an orchestrator without it answers 404.
      if (status >= 300 && status !== 404) {
        throw configUnavailable(new Error(`The orchestrator answered ${status} for usage.`))
      }
    },

    claims: (tenant) => createClaims(tenant, (request) => call(request, claimsUnavailable)),

    studio: (call) => askStudio({ ...call, requestId: toUuid(call.requestId) }),

    async check() {
      const question = { host: probeHost, knownVersion: undefined, requestId: crypto.randomUUID() }
      try {
        const reason = refusalIn(await askByHost(question, exchange.once))
        return reason === undefined ? { ready: true } : { ready: false, reason }
      } catch (error) {
        const answered = error instanceof RetryableError && error.cause === undefined
        return { ready: false, reason: answered ? error.message : 'the orchestrator cannot be reached' }
      }
    },

    acceptsToken: tokens.accepts,
  }
}

/** Source and unit of each metric, as V2 sends them and live orchestrators expect them. */
const billed = {
  ai_tokens: { source: 'publisher', unit: 'tokens' },
  storage_ops_requests: { source: 'publisher_storage_ops', unit: 'requests' },
} as const satisfies Record<UsageMetric, { source: string; unit: string }>

function usageCall(event: UsageEvent, requestId: string): Call {
  const { tenant, metric, quantity, idempotencyKey, occurredAt } = event
  const { source, unit } = billed[metric]
  const body = {
    tenant_id: tenant,
    source,
    idempotency_key: idempotencyKey,
    metric,
    quantity,
    unit,
    occurred_at: occurredAt.toISOString(),
  }
  return { method: 'POST', path: '/v1/billing/usage', body, requestId }
}

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Returns the request id if it is a UUID, as the orchestrator requires; otherwise a new UUID. */
function toUuid(requestId: string): string {
  return uuid.test(requestId) ? requestId : crypto.randomUUID()
}
