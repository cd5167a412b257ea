/** Rows of the audit table, and the lines that they stand for. */
import { z } from 'zod'
import type { AuditLine } from '../contract/audit.ts'
import type { AuditTable } from '../database/tables.ts'

/** Line as operators read it. */
export type StoredLine = Readonly<Record<string, unknown>> & { seq: number }

const detailSchema = z.record(z.string(), z.unknown())

export type AuditRow = Omit<AuditTable, 'seq' | 'hash'>

/** Splits a line into its columns. Members without a column of their own become `detail`. */
export function rowOf(line: AuditLine): AuditRow {
  const { time, action, actor = null, tenant, token = null, request_id, outcome, ...detail } = line
  return {
    at: time,
    action,
    actor: actor && storable(actor),
    tenant: tenant && storable(tenant),
    token: token && storable(token),
    request_id: storable(request_id),
    outcome: storable(outcome),
    // JSON escapes the characters that a database cannot store.
    detail: JSON.stringify(detail),
  }
}

/** Returns the line of a row, with its number. */
export function lineOf({ seq, at, detail, actor, token, hash: _hash, ...row }: AuditTable): StoredLine {
  const members = detailSchema.parse(JSON.parse(detail))
  return {
    seq,
    time: at,
    ...row,
    ...(actor !== null && { actor }),
    ...(token !== null && { token }),
    ...members,
  }
}

/** Replaces NUL and lone surrogates: PostgreSQL refuses the first, and both databases change the others, which would break the chain. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}
