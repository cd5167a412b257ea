/** The parts of a control plane that the calls of the contract need. A file and a database implement these ports. */

import type { AuditLine } from './audit.ts'
import type { ClaimStore, NewClaim, Replacement } from './claim-store.ts'
import type { Scope } from './scopes.ts'

/**
 * Thrown by any function of the ports while the control plane cannot answer, for example without its database. The caller gets 503. The
 * message tells operators the reason, without any value.
 */
export class PlaneUnavailable extends Error {
  override readonly name = 'PlaneUnavailable'
}

/** Everything behind the calls of the contract. */
export interface ControlPlane {
  registry: Registry
  tokens: ServiceTokens
  /** Claims of all tenants, by the tenants' names. `null` offers no claims. */
  claims: NotedClaims | null
  usage: UsageStore
  /** Writes one line of the audit log. Rejects with `AuditUnavailable` if the action must not happen. */
  audit(line: AuditLine): Promise<void>
}

/** Tenants, their hosts and their credentials. */
export interface Registry {
  /** Returns the binding of a host, which is in lower case and without a port. */
  byHost(host: string): Promise<Binding | undefined>
  /** Returns the served tenant that `X-Tenant` names: the tenant with a host of this first label. */
  byLabel(label: string): Promise<string | undefined>
  /** Returns the tenant of a usage event, which names the tenant or its label. */
  billed(tenantId: string): Promise<string | undefined>
  /** Returns a tenant's credentials. Throws {@link SecretsUnavailable} if the stored value cannot be opened. */
  credentials(tenant: string, ref: string): Promise<StoredCredentials | undefined>
  /** Forgets remembered answers, so that the next answer shows a change of this process at once. Absent where changes come from files. */
  forget?(): void
}

/** Thrown if a stored value cannot be opened now. The message holds no value. */
export class SecretsUnavailable extends Error {
  override readonly name = 'SecretsUnavailable'
}

/** Host with the answer for the publisher. */
export interface Binding {
  tenant: string
  appType: string
  suspended: boolean
  configVersion: string
  /** JSON text of the answer of `/v1/runtime/by-host`. */
  answer: string
}

export interface StoredCredentials {
  /** Answer of `/v1/credentials/resolve`. */
  answer: Readonly<Record<string, unknown>>
  /** Digest of tenant and reference for the audit log. */
  fingerprint: string
  /** True if the tenant has no credit left for these credentials. */
  insufficientBalance: boolean
}

/** Service tokens of the callers. */
export interface ServiceTokens {
  /** Returns the valid token with this text. Revoked and expired tokens count as unknown. */
  find(token: string): Promise<ServiceToken | undefined>
}

export interface ServiceToken {
  /** Name for the audit log and the rate limit. */
  name: string
  scopes: ReadonlySet<Scope>
}

/** Creates the audit line about a change, from its outcome. */
export type NoteOf<Outcome extends string> = (outcome: Outcome) => AuditLine

type Created = Awaited<ReturnType<ClaimStore['create']>>
type Replaced = Awaited<ReturnType<ClaimStore['replace']>>
type Deleted = Awaited<ReturnType<ClaimStore['delete']>>

/** A {@link ClaimStore} that writes an audit line for each change. A database writes both in one transaction. */
export interface NotedClaims {
  create(tenant: string, claim: NewClaim, note: NoteOf<Created['outcome']>): Promise<Created>
  read: ClaimStore['read']
  replace(tenant: string, replacement: Replacement, note: NoteOf<Replaced['outcome']>): Promise<Replaced>
  delete(tenant: string, key: string, version: string, note: NoteOf<Deleted['outcome']>): Promise<Deleted>
}

export interface UsageEvent {
  idempotency_key: string
  metric: 'ai_tokens' | 'storage_ops_requests'
  quantity: number
  unit: string
  /** ISO 8601, UTC. */
  occurred_at: string
}

export interface UsageStore {
  /** Counts the event unless the tenant's key was counted before. Writes the audit line either way. */
  count(
    tenant: string,
    event: UsageEvent,
    note: NoteOf<'counted' | 'repeated'>,
  ): Promise<'counted' | 'repeated'>
}
