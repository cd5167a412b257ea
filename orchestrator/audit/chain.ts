/**
 * Hash chain over the audit table: each line's hash covers the line and the hash before. `audit_head` holds the last line's number and hash, so
 * that a deleted line is noticed in the middle and at the end.
 */
import { createHash } from 'node:crypto'
import type { AuditLine } from '../contract/audit.ts'
import type { Database, Tx } from '../database/database.ts'
import type { AuditTable } from '../database/tables.ts'
import { type AuditRow, rowOf } from './entry.ts'

/** Hash before the first line. */
const start = '0'.repeat(64)
/** Rows per statement, below the limit of parameters of both databases. */
const rowsPerInsert = 500
/** Rows per read while verifying. */
const rowsPerRead = 1000

/** Appends lines within a change. Changes happen one after the other, so no two processes continue from the same line. */
export async function appendAudit(tx: Tx, lines: readonly AuditLine[]): Promise<void> {
  if (lines.length === 0) return
  const head = await tx.selectFrom('audit_head').selectAll().where('id', '=', 1).executeTakeFirst()
  let { seq, hash } = head ?? { seq: 0, hash: start }
  const rows: AuditTable[] = lines.map((line) => {
    const row = rowOf(line)
    seq++
    hash = hashOf(hash, seq, row)
    return { seq, hash, ...row }
  })
  for (let at = 0; at < rows.length; at += rowsPerInsert)
    await tx
      .insertInto('audit')
      .values(rows.slice(at, at + rowsPerInsert))
      .execute()
  if (head) await tx.updateTable('audit_head').set({ seq, hash }).where('id', '=', 1).execute()
  else await tx.insertInto('audit_head').values({ id: 1, seq, hash }).execute()
}

export interface AuditFindings {
  lines: number
  /** Number of the first line that does not fit. `null` if the chain is whole. */
  brokenAt: number | null
  /** Hash of the last line that fits. Kept elsewhere, it proves later that no earlier line was rewritten. */
  hash: string
}

/** Verifies the whole chain, in pieces that fit into memory. */
export function verifyAudit(database: Database): Promise<AuditFindings> {
  return database.snapshot(verifyAuditWithin)
}

/** Verifies the whole chain within a snapshot or a change. */
export async function verifyAuditWithin(tx: Tx): Promise<AuditFindings> {
  let last = { seq: 0, hash: start }
  for (;;) {
    const rows = await tx
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', last.seq)
      .orderBy('seq')
      .limit(rowsPerRead)
      .execute()
    for (const { seq, hash, ...row } of rows) {
      if (seq !== last.seq + 1 || hash !== hashOf(last.hash, seq, row))
        return { lines: last.seq, brokenAt: last.seq + 1, hash: last.hash }
      last = { seq, hash }
    }
    if (rows.length < rowsPerRead) break
  }
  const head = await tx.selectFrom('audit_head').selectAll().where('id', '=', 1).executeTakeFirst()
  const { seq, hash } = head ?? { seq: 0, hash: start }
  const isWhole = seq === last.seq && hash === last.hash
  return { lines: last.seq, brokenAt: isWhole ? null : last.seq + 1, hash: last.hash }
}

/** Hashes the canonical JSON of the line. Its members stand in order here, because sorting them anew would take longer than hashing. */
function hashOf(before: string, seq: number, row: AuditRow): string {
  const { action, actor, at, detail, outcome, request_id, tenant, token } = row
  const sorted: AuditRow = { action, actor, at, detail, outcome, request_id, tenant, token }
  return createHash('sha256')
    .update(JSON.stringify([before, seq, sorted]))
    .digest('hex')
}
