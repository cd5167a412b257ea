/** The port of a database: reads, and changes that happen one after the other. */
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

export type DatabaseKind = 'sqlite' | 'postgres'

/** Connection within a change or a snapshot. */
export type Tx = Transaction<Tables>

export interface Database {
  kind: DatabaseKind
  /** Connection for reads outside of a change. */
  read: Kysely<Tables>
  /**
   * Runs a change in one transaction, alone in all processes of the fleet. Commits when `act` resolves, and rolls back when it rejects.
   * `act` may only wait for the database, and may begin no other change. Rejects with `PlaneUnavailable` if the database does not answer, or if
   * other changes take too long.
   */
  change<T>(act: (tx: Tx) => Promise<T>): Promise<T>
  /** Runs reads that all see the same moment. */
  snapshot<T>(act: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Longest waits for the database. */
export interface Patience {
  /** Wait of a change for its turn within the process, and again for the lock among all processes. */
  turnMs: number
  /** Wait for a connection. */
  connectMs: number
  /** Wait for a statement of PostgreSQL. */
  statementMs: number
}

/** Patience of commands, whose statements may be long. */
export const commandPatience: Patience = { turnMs: 5000, connectMs: 5000, statementMs: 600_000 }

/** Patience while serving: the publisher gives up a call after 3 s. */
export const servingPatience: Patience = { turnMs: 1500, connectMs: 1000, statementMs: 1500 }

/** Error in words for operators: the database cannot be used. The message holds no password. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
}
