/** Where runtime answers and credentials come from: the orchestrator, or a file (the rollback path). */
import { isPublisherError, PublisherError } from '../base/errors.ts'
import { type Credentials, credentialsSchema } from '../contract/credentials.ts'
import type { Host, Tenant } from '../contract/host.ts'
import { parseRuntimeAnswer, type RuntimeAnswer, withoutNulls } from '../contract/runtime-answer.ts'

export type ConfigLookup =
  /** `body` is the answer as it came, for who looks for what is wrong with it. */
  | { status: 'found'; answer: RuntimeAnswer; body: unknown }
  | { status: 'unchanged' }
  /** Unknown, suspended, or bound to another app type: all the same to the outside. */
  | { status: 'no_tenant' }

/** Tokens that an AI has taken for a tenant. */
export interface UsageEvent {
  tenant: Tenant
  tokens: number
  /** The same for each repetition of one event. */
  idempotencyKey: string
  occurredAt: Date
}

export interface ConfigSource {
  readonly kind: 'orchestrator' | 'file'
  /** Asks for one host's configuration; `unchanged` only where `knownVersion` was given. Throws `config_unavailable`. */
  lookup(host: Host, knownVersion: string | undefined, requestId: string): Promise<ConfigLookup>
  /** Throws `credentials_unavailable` or `insufficient_balance`. */
  resolveCredentials(tenant: Tenant, ref: string, requestId: string): Promise<Credentials>
  /** The hosts that it has, where it can tell; for a developer's list of galleries. Throws `config_unavailable`. */
  hosts?(): Promise<readonly string[]>
  /** Tells the billing; repeats what may be repeated. Rejects where it does not arrive. */
  reportUsage(event: UsageEvent, requestId: string): Promise<void>
  /** Whether the source answers right now, and if not, why (for `/health/ready`). Never throws. */
  check(): Promise<{ ready: true } | { ready: false; reason: string }>
  /** Whether this bearer token may call `/internal/*`. */
  acceptsToken(token: string): boolean
}

export const unavailableMessage =
  'The configuration of this site cannot be read at the moment. Please try again shortly.'

/** After how long a malformed answer is worth asking for again. Milliseconds. */
export const malformedRetryMs = 5_000

/** Parses an answer; a malformed one is an answer that did not come. Throws `config_unavailable`. */
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

/** Parses resolved credentials; malformed ones are ones that did not come. The error never carries the answer. Throws `credentials_unavailable`. */
export function toCredentials(body: unknown): Credentials {
  const parsed = credentialsSchema.safeParse(withoutNulls(body))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'provider').join(', ')
  throw credentialsUnavailable(
    new Error(`The resolved credentials are malformed at: ${fields}`),
    malformedRetryMs,
  )
}

/** Why credentials are not there where the source is well: the configuration names none that it has for this tenant. */
export class UnknownCredentials extends Error {
  override readonly name = 'UnknownCredentials'
}

/** Whether credentials are missing for a reason that is the tenant's own, and not the source's. */
export function areUnknown(error: unknown): boolean {
  return isPublisherError(error, 'credentials_unavailable') && error.cause instanceof UnknownCredentials
}

/** The one error for credentials that cannot be had now. `cause`: {@link UnknownCredentials} where only a change of them helps. */
export function credentialsUnavailable(cause: unknown, retryAfterMs?: number): PublisherError {
  return new PublisherError(
    'credentials_unavailable',
    'The credentials that this needs cannot be had at the moment. Nothing was changed. Please try again shortly.',
    { cause, retryAfterMs },
  )
}
