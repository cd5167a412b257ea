/** What a well-behaved orchestrator answers, and a runtime answer with defaults to begin from. */
import { createHash } from 'node:crypto'
import type { OrchestratorCall, Received } from './call.ts'

/** What a test may change at any time. */
export interface EmulatorSettings {
  /** Tokens that are refused with 403, for rotations. At first none. */
  refusedTokens: Set<string>
  /** False: `POST /v1/runtime/by-host` is 405, as with orchestrators that know GET only. */
  allowsPost: boolean
  /** False: `If-None-Match` is not understood, every answer is 200 without an ETag. */
  answersConditionally: boolean
  /** Tenants whose credentials are refused with `insufficient_balance`. */
  withoutCredit: Set<string>
}

export interface AnswerState {
  tokens: readonly string[]
  settings: Readonly<EmulatorSettings>
  /** By host. */
  tenants: Map<string, Readonly<Record<string, unknown>>>
  /** By tenant and reference. */
  credentials: Map<string, Map<string, Readonly<Record<string, unknown>>>>
  usage: unknown[]
}

export interface TenantOptions {
  /** Its first label is the tenant's name. */
  host: string
  /** Blocks of the configuration beside the defaults: anyone may look, and a `local` storage. */
  config?: Readonly<Record<string, unknown>>
  /** Default: a digest of the configuration, so that another configuration has another version. */
  config_version?: string
  /** Default 600. */
  ttl_seconds?: number
  /** Default 2. */
  schema_version?: number
  /** Default `publisher_v2`; of another one the emulator answers 409. */
  app_type?: string
}

/** Makes a valid runtime answer. */
export function tenant(options: TenantOptions): Record<string, unknown> {
  const config = {
    features: { auto_view_enabled: true },
    storage: { provider: 'local', paths: { root: 'photos' } },
    ...options.config,
  }
  const digest = createHash('sha256').update(JSON.stringify(config)).digest('hex')
  return {
    schema_version: options.schema_version ?? 2,
    tenant: options.host.split('.')[0],
    app_type: options.app_type ?? 'publisher_v2',
    config_version: options.config_version ?? digest,
    ttl_seconds: options.ttl_seconds ?? 600,
    config,
  }
}

export function usualAnswer(call: OrchestratorCall, body: Received['body'], state: AnswerState): Response {
  const token = state.tokens[call.tokenIndex]
  if (token === undefined || state.settings.refusedTokens.has(token)) return refusal(403, 'forbidden')
  switch (call.path) {
    case '/v1/runtime/by-host':
      return runtimeAnswer(call, state)
    case '/v1/credentials/resolve':
      return credentialsAnswer(call, state)
    case '/v1/billing/usage':
      if (call.method !== 'POST') return refusal(405, 'method_not_allowed')
      if (body === undefined) return refusal(400, 'bad_request')
      state.usage.push(body)
      return Response.json({}, { status: 202 })
    default:
      return refusal(404, 'not_found')
  }
}

function runtimeAnswer(call: OrchestratorCall, { settings, tenants }: AnswerState): Response {
  const methods = settings.allowsPost ? ['POST', 'GET'] : ['GET']
  if (!methods.includes(call.method)) return refusal(405, 'method_not_allowed')
  if (!call.host) return refusal(400, 'bad_request')
  const answer = tenants.get(call.host)
  if (!answer) return refusal(404, 'not_found')
  if (typeof answer.app_type === 'string' && answer.app_type !== 'publisher_v2') {
    return refusal(409, 'other_app_type')
  }
  if (!settings.answersConditionally) return Response.json(answer)
  const headers = { etag: `"${String(answer.config_version)}"` }
  if (call.ifNoneMatch === headers.etag) return new Response(null, { status: 304, headers })
  return Response.json(answer, { headers })
}

function credentialsAnswer(call: OrchestratorCall, { settings, credentials }: AnswerState): Response {
  if (call.method !== 'POST') return refusal(405, 'method_not_allowed')
  if (!call.tenant || !call.credentialsRef) return refusal(400, 'bad_request')
  if (settings.withoutCredit.has(call.tenant)) return refusal(403, 'insufficient_balance')
  const found = credentials.get(call.tenant)?.get(call.credentialsRef)
  return found
    ? Response.json({ version: '1', ...found }, { headers: { 'cache-control': 'no-store' } })
    : refusal(404, 'not_found')
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status, headers: { 'cache-control': 'no-store' } })
}
