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
   * `act` may only wait for the database.
   */
  change<T>(act: (tx: Tx) => Promise<T>): Promise<T>
  /** Runs reads that all see the same moment. */
  snapshot<T>(act: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Error in words for operators: the database cannot be used. The message holds no password. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
}
