/** PostgreSQL 15 or newer through `pg`. Several processes of several machines. Node only. */
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { createChangeQueue } from './change-queue.ts'
import { type Database, DatabaseError, type Patience } from './database.ts'
import { codeIn, withOutages } from './postgres-outages.ts'
import type { Tables } from './tables.ts'

/** Oldest supported version, as in `server_version_num`. */
const oldestVersion = 150_000
/** Connections of a process. Changes happen in turn, so all others stay free for reads. */
const maxConnections = 8
/** Longest pause within a transaction. Then the server ends the session, so that a stopped process gives back the lock. */
const idleInTransactionMs = 10_000
/** Additional wait for an answer about a statement that took too long. Only a server that stands still exceeds it. */
const answerMs = 200
/** Key of the advisory lock that serialises changes: "pub2" as a number. */
const changesLock = 0x70_75_62_32

/** Codes of a server that refuses connections without TLS, and of a certificate that no authority signed. */
const tlsCode = /28000|SELF_SIGNED|UNABLE_TO_VERIFY/

/** Type number of `bigint`, which `pg` returns as text. All our numbers fit into a double. */
const bigint = 20

/** Connects to the database. Throws {@link DatabaseError} if it does not answer or is too old. */
export async function openPostgres(url: string, patience: Patience): Promise<Database> {
  const read = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: withOutages(poolOf(url, patience)) }),
  })
  const changes = createChangeQueue(patience.turnMs)
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
      changes(() =>
        read.transaction().execute(async (tx) => {
          await sql`select pg_advisory_xact_lock(${changesLock})`.execute(tx)
          return act(tx)
        }),
      ),
    snapshot: (act) =>
      read.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(act),
    close: () => read.destroy(),
  }
}

function poolOf(url: string, { turnMs, connectMs, statementMs }: Patience): pg.Pool {
  const types: pg.CustomTypesConfig = {
    getTypeParser: (oid, format) =>
      oid === bigint ? Number : pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
  }
  return new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectMs,
    lock_timeout: turnMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + answerMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    types,
  })
}

async function checkVersion(read: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ server_version_num: string }>`show server_version_num`
    .execute(read)
    .catch((error: unknown) => {
      // The driver's message may quote the address, which holds the password.
      const code = codeIn(error)
      const hint = tlsCode.test(code) ? ' Check the TLS settings: sslmode in DATABASE_URL, or PGSSLMODE.' : ''
      throw new DatabaseError(`The database of DATABASE_URL does not answer${code}.${hint}`)
    })
  const version = Number(rows[0]?.server_version_num)
  if (!(version >= oldestVersion)) throw new DatabaseError('DATABASE_URL needs PostgreSQL 15 or newer.')
}
