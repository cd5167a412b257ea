/** PostgreSQL 15 or newer through `pg`. Several processes of several machines. Node only. */
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { type Database, DatabaseError } from './database.ts'
import type { Tables } from './tables.ts'

/** Oldest supported version, as in `server_version_num`. */
const oldestVersion = 150_000
const maxConnections = 8
const connectMs = 5000
/** Longest statement, shorter than any caller's patience with the fleet. */
const statementMs = 30_000
/** Key of the advisory lock that serialises changes: "pub2" as a number. */
const changesLock = 0x70_75_62_32

/** Type number of `bigint`, which `pg` returns as text. All our numbers fit into a double. */
const bigint = 20

/** Connects to the database. Throws {@link DatabaseError} if it does not answer or is too old. */
export async function openPostgres(url: string): Promise<Database> {
  const types: pg.CustomTypesConfig = {
    getTypeParser: (oid, format) =>
      oid === bigint ? Number : pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    types,
  })
  // An idle connection that breaks is replaced at the next query.
  pool.on('error', () => {})
  const read = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await checkVersion(read)
  } catch (error) {
    await read.destroy()
    throw error
  }
  return {
    kind: 'postgres',
    read,
    change: (act) =>
      read.transaction().execute(async (tx) => {
        await sql`select pg_advisory_xact_lock(${changesLock})`.execute(tx)
        return act(tx)
      }),
    snapshot: (act) =>
      read.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(act),
    close: () => read.destroy(),
  }
}

async function checkVersion(read: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ server_version_num: string }>`show server_version_num`
    .execute(read)
    .catch((cause: unknown) => {
      // The driver's message may quote the address, which holds the password.
      const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
      throw new DatabaseError(`The database of DATABASE_URL does not answer${code}.`)
    })
  const version = Number(rows[0]?.server_version_num)
  if (!(version >= oldestVersion)) throw new DatabaseError('DATABASE_URL needs PostgreSQL 15 or newer.')
}
