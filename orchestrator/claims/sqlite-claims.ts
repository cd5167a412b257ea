/**
 * Claims in a SQLite file, for several processes on one machine and across restarts. Node only.
 *
 * Every change is one transaction that begins with the write lock, so no other process acts between its check and its write. SQLite syncs
 * the file before the transaction ends (https://www.sqlite.org/pragma.html#pragma_synchronous). A killed process leaves the whole change or
 * none. The folder must not lie on a network file system, whose locks SQLite cannot trust (https://www.sqlite.org/faq.html#q5).
 */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { type ClaimStore, newClaim, nextClaim, type StoredClaim } from '../contract/claim-store.ts'

/** Longest wait for another process's transaction, shorter than the publisher's timeout. */
const patienceMs = 2000

/** Statement that other processes' versions of this program must understand too. */
const schema = `
  CREATE TABLE IF NOT EXISTS claim (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    holder TEXT NOT NULL,
    version TEXT NOT NULL,
    record TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (tenant, key)
  ) STRICT, WITHOUT ROWID`

const rowSchema = z.object({
  key: z.string(),
  holder: z.string(),
  version: z.string(),
  record: z.string().transform((text): unknown => JSON.parse(text)),
  created_at: z.string(),
  expires_at: z.string(),
})

export interface SqliteClaims extends ClaimStore {
  close(): void
}

/** Opens the claims below `directory`, and creates both if they are missing. Throws if the folder cannot be written. */
export function openSqliteClaims(directory: string, now: () => number = Date.now): SqliteClaims {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'claims.db')
  const database = new DatabaseSync(file, { timeout: patienceMs })
  chmodSync(file, 0o600)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec(schema)
  const select = database.prepare(
    'SELECT key, holder, version, record, created_at, expires_at FROM claim WHERE tenant = ? AND key = ?',
  )
  const write = database.prepare('INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?, ?, ?)')
  const remove = database.prepare('DELETE FROM claim WHERE tenant = ? AND key = ?')

  function find(tenant: string, key: string): StoredClaim | null {
    const row = select.get(tenant, key)
    return row ? rowSchema.parse(row) : null
  }

  function put(tenant: string, claim: StoredClaim): void {
    const { key, holder, version, record, created_at, expires_at } = claim
    write.run(tenant, key, holder, version, JSON.stringify(record), created_at, expires_at)
  }

  /** Runs the change in a transaction that has the write lock from its first statement on. */
  function alone<T>(change: () => T): T {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = change()
      database.exec('COMMIT')
      return result
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  return {
    create: async (tenant, wanted) =>
      alone(() => {
        const found = find(tenant, wanted.key)
        if (found) return { outcome: 'taken', claim: found }
        const claim = newClaim(wanted, now())
        put(tenant, claim)
        return { outcome: 'created', claim }
      }),

    read: async (tenant, key) => find(tenant, key),

    replace: async (tenant, replacement) =>
      alone(() => {
        const found = find(tenant, replacement.key)
        if (!found) return { outcome: 'missing' }
        if (found.version !== replacement.version) return { outcome: 'changed', claim: found }
        const claim = nextClaim(found, replacement, now())
        put(tenant, claim)
        return { outcome: 'replaced', claim }
      }),

    delete: async (tenant, key, version) =>
      alone(() => {
        const found = find(tenant, key)
        if (found && found.version !== version) return { outcome: 'changed', claim: found }
        remove.run(tenant, key)
        return { outcome: 'deleted' }
      }),

    close: () => database.close(),
  }
}
