/** The audit log: who was told what about whom. No secret, and no credentials reference in clear. */
import type { Call } from './call.ts'

interface AuditEntry {
  action: 'runtime.read' | 'credentials.resolve' | 'billing.usage' | 'access'
  /** The tenant's name in the file; null where the call named none that there is. */
  tenant: string | null
  outcome: string
  /** Which credentials, as a digest of tenant and reference. */
  credentials?: string
  /** A usage event that was counted. */
  usage?: { idempotency_key: string; metric: string; quantity: number; unit: string; occurred_at: string }
}

export interface AuditLine extends AuditEntry {
  /** ISO 8601, UTC. */
  time: string
  request_id: string
}

/** Adds one entry about the call. */
export type Audit = (c: Call, entry: AuditEntry) => void

export function createAudit(write: (line: AuditLine) => void, now: () => number): Audit {
  return (c, entry) =>
    write({ time: new Date(now()).toISOString(), request_id: c.get('requestId'), ...entry })
}
