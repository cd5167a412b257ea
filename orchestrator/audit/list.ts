/** Reads the audit log in pages, newest line first. */
import type { Database } from '../database/database.ts'
import { lineOf, type StoredLine } from './entry.ts'

export interface AuditPage {
  /** Only lines about this tenant. */
  tenant?: string | undefined
  /** Largest number of lines. */
  limit: number
  /** Only lines before this number. */
  before?: number | undefined
}

/** Upper bound on the lines of a page. */
export const maxAuditPage = 1000

/** Returns a page. The number of its last line is `before` of the next page. */
export async function listAudit({ read }: Database, page: AuditPage): Promise<StoredLine[]> {
  const { tenant, limit, before } = page
  let query = read.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(Math.min(limit, maxAuditPage))
  if (tenant !== undefined) query = query.where('tenant', '=', tenant)
  if (before !== undefined) query = query.where('seq', '<', before)
  return (await query.execute()).map(lineOf)
}
