/** Audit lines of reads, written to the database in batches. Changes write their lines in their own transaction instead. */
import type { AuditLine } from '../contract/audit.ts'
import type { Database } from '../database/database.ts'
import { appendAudit } from './chain.ts'
import { type AuditLog, createAuditLog } from './log.ts'

/** Delay of a batch. SQLite commits without returning to the event loop, so other calls would otherwise not arrive before the next commit. */
const gatherMs = 2

/** Creates the log. Reads of configurations are not written: the fleet repeats them every few minutes for every tenant. */
export function createDatabaseAudit(database: Database, onFailure: (reason: string) => void): AuditLog {
  const log = createAuditLog({
    append: (lines: readonly AuditLine[]) => database.change((tx) => appendAudit(tx, lines)),
    onFailure,
    gatherMs,
  })
  return {
    ...log,
    write: async (line) => {
      if (line.action !== 'runtime.read') await log.write(line)
    },
  }
}
