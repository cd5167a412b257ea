/** Entries of the audit log: caller, action, tenant and outcome. They contain no secret, and no credentials reference in clear text. */
import { sha256Hex } from '../registry/canonical.ts'
import type { Call } from './call.ts'

interface AuditEntry {
  action:
    | 'runtime.read'
    | 'credentials.resolve'
    | 'billing.usage'
    | 'claims.create'
    | 'claims.replace'
    | 'claims.delete'
    | 'access'
  /** Name of the tenant in the file. `null` if the call named no existing tenant. */
  tenant: string | null
  outcome: string
  /** Digest of tenant and reference. */
  credentials?: string
  /** Key of a claim. */
  claim?: string
  /** Usage event, if counted. */
  usage?: { idempotency_key: string; metric: string; quantity: number; unit: string; occurred_at: string }
}

export interface AuditLine extends AuditEntry {
  /** ISO 8601, UTC. */
  time: string
  request_id: string
  /** Name of the service token, by {@link tokenName}. Absent for an unknown token. */
  token?: string
  /** Number of calls that this line stands for. The other fields describe the last call. */
  count?: number
}

/** Thrown if the log cannot take a line. The action must then not happen. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable'
}

/** Logs one entry about the call, and resolves when it is logged. Rejects with {@link AuditUnavailable}. */
export type Audit = (c: Call, entry: AuditEntry) => Promise<void>

export function createAudit(write: (line: AuditLine) => unknown, now: () => number): Audit {
  return async (c, entry) => {
    const token = c.get('token')
    const time = new Date(now()).toISOString()
    await write({ time, request_id: c.get('requestId'), ...(token && { token }), ...entry })
  }
}

/** Returns the name of a service token: the first 32 bits of its SHA-256. Names tell tokens apart, but do not help to guess a token. */
export async function tokenName(token: string): Promise<string> {
  return `sha256:${(await sha256Hex(token)).slice(0, 8)}`
}
