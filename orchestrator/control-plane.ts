/** The control plane over a database. */
import { createDatabaseAudit } from './audit/reads.ts'
import { createSqlClaims } from './claims/sql-claims.ts'
import { firstOf, fixedTokens } from './contract/fixed-tokens.ts'
import type { ControlPlane } from './contract/ports.ts'
import type { Database } from './database/database.ts'
import { createServedNotes } from './registry/sql/served.ts'
import { createSqlRegistry } from './registry/sql.ts'
import type { Envelope } from './secrets/envelope.ts'
import { createSqlTokens } from './tokens/sql-tokens.ts'
import { createSqlUsage } from './usage/sql-usage.ts'

export interface DatabasePlaneOptions {
  database: Database
  envelope: Envelope
  /** Tokens of the environment, which have all scopes. */
  tokens: readonly string[]
  now?: () => number
  /** Interval at which changes of other processes are noticed. Default 1000. */
  pollMs?: number
  /** Called if audit lines or notes of token use cannot be written. */
  onFailure(reason: string): void
}

export interface DatabasePlane extends ControlPlane {
  /** Writes waiting audit lines and notes of token use, and refuses later lines. Leaves the database open. */
  close(): Promise<void>
}

/** Creates the control plane. The database must have the current schema. */
export function createDatabasePlane(options: DatabasePlaneOptions): DatabasePlane {
  const { database, envelope, tokens, now = Date.now, pollMs = 1000, onFailure } = options
  const audit = createDatabaseAudit(database, (reason) =>
    onFailure(`The audit log cannot be written: ${reason}`),
  )
  const stored = createSqlTokens({
    database,
    now,
    maxAgeMs: pollMs,
    onError: (error) => onFailure(`The last use of a token cannot be noted: ${nameOf(error)}`),
  })
  const served = createServedNotes({
    database,
    now,
    onError: (error) => onFailure(`Served configurations cannot be noted: ${nameOf(error)}`),
  })
  return {
    registry: served.watch(createSqlRegistry({ database, envelope, now, pollMs })),
    tokens: firstOf(fixedTokens(tokens), stored),
    claims: createSqlClaims(database, now),
    usage: createSqlUsage(database, now),
    audit: audit.write,
    async close() {
      await Promise.all([audit.close(), stored.close(), served.close()])
    },
  }
}

/** Returns the kind of an error. Messages of a database may quote values. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error'
}
