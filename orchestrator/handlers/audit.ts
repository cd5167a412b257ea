/** The audit log: who was told what about whom. No secret, and no credentials reference in clear. */
import { sha256Hex } from '../registry/canonical.ts'
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
  /** Which service token was given, by {@link tokenName}; absent for one that is not ours. */
  token?: string
  /** Of a line that stands for several calls, the last one of which it describes. */
  count?: number
}

/** The log could not take a line, so what the line is about must not happen. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable'
}

/** Adds one entry about the call, and resolves when the log has it. Rejects with {@link AuditUnavailable}. */
export type Audit = (c: Call, entry: AuditEntry) => Promise<void>

export function createAudit(write: (line: AuditLine) => unknown, now: () => number): Audit {
  return async (c, entry) => {
    const token = c.get('token')
    const time = new Date(now()).toISOString()
    await write({ time, request_id: c.get('requestId'), ...(token && { token }), ...entry })
  }
}

/** The name of a service token: the first 32 bits of its SHA-256. It tells tokens apart and is no help to guess one. */
export async function tokenName(token: string): Promise<string> {
  return `sha256:${(await sha256Hex(token)).slice(0, 8)}`
}
