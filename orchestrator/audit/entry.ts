/** Rows of the audit table, and the lines that they stand for. */
import type { AuditLine } from '../contract/audit.ts'
import type { AuditTable } from '../database/tables.ts'

export type AuditRow = Omit<AuditTable, 'seq' | 'hash'>

/** Splits a line into its columns. Members without a column of their own become `detail`. */
export function rowOf(line: AuditLine): AuditRow {
  const { time, action, actor = null, tenant, token = null, request_id, outcome, ...detail } = line
  return { at: time, action, actor, tenant, token, request_id, outcome, detail: JSON.stringify(detail) }
}
