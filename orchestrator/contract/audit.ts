/** Entries of the audit log: caller, action, tenant and outcome. They contain no secret, and no credentials reference in clear text. */

import type { Call } from './call.ts'
import { sha256Hex } from './canonical.ts'

type AuditAction =
  | 'runtime.read'
  | 'credentials.resolve'
  | 'billing.usage'
  | 'claims.create'
  | 'claims.replace'
  | 'claims.delete'
  | 'access'
  | 'tenant.create'
  | 'tenant.change'
  | 'tenant.import'
  | 'backup.restore'
  | 'config.publish'
  | 'config.rollback'
  | 'credentials.put'
  | 'credentials.delete'
  | 'credentials.export'
  | 'keys.rotate'
  | 'token.create'
  | 'token.revoke'
  | 'key.create'
  | 'key.delete'
  | 'webhook.create'
  | 'webhook.delete'
  | 'webhook.disable'
  | 'webhook.retry'
  | 'tenant.lock'
  | 'invitation.create'
  | 'invitation.accept'
  | 'invitation.revoke'
  | 'operator.sign_in'
  | 'operator.sign_out'
  | 'connection.connect'
  | 'connection.disconnect'
  | 'connection.renew'
  | 'connection.broken'

export interface AuditEntry {
  action: AuditAction
  /** Name of the tenant. `null` if the call named no existing tenant, and for acts on the whole fleet. */
  tenant: string | null
  outcome: string
  /** Digest of tenant and reference. */
  credentials?: string
  /** Key of a claim. */
  claim?: string
  /** Usage event, if counted. */
  usage?: { idempotency_key: string; metric: string; quantity: number; unit: string; occurred_at: string }
  /** E-mail or name of the person behind a change. */
  actor?: string
  /** Version that a change made current. */
  config_version?: string
  /** Name of the changed object: a host, a token, a webhook, a key. */
  subject?: string
  /** Number of calls or objects that this line stands for. The other fields describe the last call. */
  count?: number
}

export interface AuditLine extends AuditEntry {
  /** ISO 8601, UTC. */
  time: string
  request_id: string
  /** Name of the service token, by {@link tokenName}. Absent for an unknown token. */
  token?: string
}

/** Thrown if the log cannot take a line. The action must then not happen. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable'
}

/** Logs one entry about the call, and resolves when it is logged. Rejects with {@link AuditUnavailable}. */
export type Audit = (c: Call, entry: AuditEntry) => Promise<void>

/** Creates the line about the call. */
export type LineOf = (c: Call, entry: AuditEntry) => AuditLine

export function createLineOf(now: () => number): LineOf {
  return (c, entry) => {
    const token = c.get('token')
    const time = new Date(now()).toISOString()
    return { time, request_id: c.get('requestId'), ...(token && { token }), ...entry }
  }
}

/** Returns the name of a service token: the first 32 bits of its SHA-256. Names tell tokens apart, but do not help to guess a token. */
export async function tokenName(token: string): Promise<string> {
  return `sha256:${(await sha256Hex(token)).slice(0, 8)}`
}
