/** The source of runtime answers and credentials: the orchestrator, or a file (the rollback path). */
import { isPublisherError, PublisherError } from '../base/errors.ts'
import { type Credentials, credentialsSchema } from '../contract/credentials.ts'
import type { Host, Tenant } from '../contract/host.ts'
import { parseRuntimeAnswer, type RuntimeAnswer, withoutNulls } from '../contract/runtime-answer.ts'
import type { Claims } from './claims.ts'
import type { AskStudio } from './studio.ts'

export type ConfigLookup =
  /** `body` is the raw answer, for diagnosis. */
  | { status: 'found'; answer: RuntimeAnswer; body: unknown }
  | { status: 'unchanged' }
  /** The host is unknown, suspended, or bound to another app type. Clients see no difference. */
  | { status: 'no_tenant' }

/** Billed quantities: tokens of the AI, and requests to a storage that charges for them. */
export type UsageMetric = 'ai_tokens' | 'storage_ops_requests'

/** Quantity that a tenant used. */
export interface UsageEvent {
  tenant: Tenant
  metric: UsageMetric
  /** A whole number above 0, in tokens or requests. */
  quantity: number
  /** Key that all retries of an event share. */
  idempotencyKey: string
  occurredAt: Date
}

export interface ConfigSource {
  readonly kind: 'orchestrator' | 'file'
  /** Looks up the configuration of a host. Answers `unchanged` only if the caller gave `knownVersion`. Throws `config_unavailable`. */
  lookup(host: Host, knownVersion: string | undefined, requestId: string): Promise<ConfigLookup>
  /** Resolves a credentials reference. Throws `credentials_unavailable` or `insufficient_balance`. */
  resolveCredentials(tenant: Tenant, ref: string, requestId: string): Promise<Credentials>
  /** Returns the claims of a tenant. Calls nothing itself. Absent: the source keeps no claims. */
  claims?(tenant: Tenant): Claims
  /** Asks the studio of the control plane. Absent: the source has none. */
  studio?: AskStudio
  /** Lists the known hosts, for a developer's list of galleries. Throws `config_unavailable`. Absent: the source cannot list hosts. */
  hosts?(): Promise<readonly string[]>
  /** Reports usage to billing and retries where safe. Rejects if the report was not accepted. */
  reportUsage(event: UsageEvent, requestId: string): Promise<void>
  /** Checks if the source answers now, for `/health/ready`. Returns the reason if the source is not ready. Never throws. */
  check(): Promise<{ ready: true } | { ready: false; reason: string }>
  /** Checks if this bearer token may call `/internal/*`. */
  acceptsToken(token: string): boolean
}

export const unavailableMessage =
  "This site's configuration is unavailable at the moment. Please try again shortly."

/** Pause before the next request after a malformed answer. */
export const malformedRetryMs = 5_000

/** Parses an answer. Throws `config_unavailable` if the answer is malformed. */
export function toLookup(body: unknown): ConfigLookup {
  let answer: RuntimeAnswer | 'other_app_type'
  try {
    answer = parseRuntimeAnswer(body)
  } catch (cause) {
    throw new PublisherError('config_unavailable', unavailableMessage, {
      cause,
      retryAfterMs: malformedRetryMs,
    })
  }
  return answer === 'other_app_type' ? { status: 'no_tenant' } : { status: 'found', answer, body }
}

/** Parses resolved credentials. Throws `credentials_unavailable` if they are malformed; the error never contains the answer. */
export function toCredentials(body: unknown): Credentials {
  const parsed = credentialsSchema.safeParse(withoutNulls(body))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'provider').join(', ')
  throw credentialsUnavailable(
    new Error(`The resolved credentials are malformed at: ${fields}`),
    malformedRetryMs,
  )
}

/** Cause of `credentials_unavailable` when the source works but has no such credentials for the tenant. */
export class UnknownCredentials extends Error {
  override readonly name = 'UnknownCredentials'
}

/** Checks if credentials are missing because of the tenant's configuration, not because of the source. */
export function areUnknown(error: unknown): boolean {
  return isPublisherError(error, 'credentials_unavailable') && error.cause instanceof UnknownCredentials
}

/** Creates a `credentials_unavailable` error. Pass {@link UnknownCredentials} as `cause` if only a new configuration helps, not a retry. */
export function credentialsUnavailable(cause: unknown, retryAfterMs?: number): PublisherError {
  return new PublisherError(
    'credentials_unavailable',
    'The required credentials are unavailable at the moment. Nothing was changed. Please try again shortly.',
    { cause, retryAfterMs },
  )
}
