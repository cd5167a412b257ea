/**
 * SQLite through Node's own `node:sqlite`. One file, several processes of one machine. Node only.
 *
 * WAL lets readers work beside a writer, and `synchronous=full` keeps committed changes after a power cut
 * (https://www.sqlite.org/pragma.html#pragma_synchronous). The folder must not lie on a network file system, whose locks SQLite cannot
 * trust (https://www.sqlite.org/faq.html#q5).
 */
import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, Kysely as KyselyClient, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Database, Tx } from './database.ts'
import { DatabaseError } from './database.ts'
import type { Tables } from './tables.ts'

/** Longest wait for another process's change. */
const patienceMs = 5000
/** Interval between two tries to begin a change. */
const retryMs = 5
/** Longest time that a read blocks this process, while SQLite recovers the log. */
const readBlockMs = 1000
const maxStatements = 500

/** Opens the database file, and creates file and folder if they are missing. Only the owner may read both. */
export function openSqlite(file: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const writer = openFile(file)
  const reader = openFile(file)
  const write = client(writer)
  const read = client(reader)
  const changes = inTurn()
  const snapshots = inTurn()
  return {
    kind: 'sqlite',
    read,
    change: (act) => changes(() => transact(write, beginImmediate, act)),
    snapshot: (act) =>
      snapshots(async () => {
        // A connection of its own, since other reads would otherwise fall into the transaction.
        const own = client(openFile(file))
        try {
          return await transact(own, (tx) => sql`begin`.execute(tx), act)
        } finally {
          await own.destroy()
        }
      }),
    async close() {
      await changes(async () => {})
      await write.destroy()
      await read.destroy()
      // A client without a statement closes nothing.
      for (const file of [writer, reader]) if (file.isOpen) file.close()
    },
  }
}

function openFile(file: string): DatabaseSync {
  try {
    const opened = new DatabaseSync(file, { timeout: readBlockMs })
    chmodSync(file, 0o600)
    opened.exec('PRAGMA journal_mode = WAL')
    opened.exec('PRAGMA synchronous = FULL')
    opened.exec('PRAGMA foreign_keys = ON')
    // Deleted credentials leave no bytes behind.
    opened.exec('PRAGMA secure_delete = ON')
    return opened
  } catch (error) {
    throw new DatabaseError(`The database file cannot be opened: ${reasonOf(error)}`, { cause: error })
  }
}

function client(file: DatabaseSync): Kysely<Tables> {
  return new KyselyClient<Tables>({ dialect: new SqliteDialect({ database: adapted(file) }) })
}

/** Gives Node's database the interface that Kysely expects. Keeps prepared statements. */
function adapted(file: DatabaseSync): SqliteDatabase {
  const statements = new LRUCache<string, StatementSync>({ max: maxStatements })
  function prepared(text: string): StatementSync {
    const known = statements.get(text)
    if (known) return known
    const statement = file.prepare(text)
    statements.set(text, statement)
    return statement
  }
  return {
    close: () => file.close(),
    prepare(text) {
      const statement = prepared(text)
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      }
    },
  }
}

function values(parameters: readonly unknown[]): (string | number | null)[] {
  return parameters.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value
    throw new TypeError(`A column cannot hold a ${typeof value}`)
  })
}

/** Runs tasks one after the other. A failed task does not stop the next. */
function inTurn() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task)
    last = result.catch(() => undefined)
    return result
  }
}

async function transact<T>(
  connection: Kysely<Tables>,
  begin: (tx: Tx) => Promise<unknown>,
  act: (tx: Tx) => Promise<T>,
): Promise<T> {
  return connection.connection().execute(async (held) => {
    // Kysely's own transactions begin without the write lock. The connection has the same methods.
    const tx = held as Tx
    await begin(tx)
    try {
      const result = await act(tx)
      await sql`commit`.execute(tx)
      return result
    } catch (error) {
      // SQLite has already rolled back after some errors, a full disk for example.
      await sql`rollback`.execute(tx).catch(() => undefined)
      throw error
    }
  })
}

/** Takes the write lock. Waits for other processes without blocking this process. */
async function beginImmediate(tx: Tx): Promise<void> {
  const deadline = Date.now() + patienceMs
  await sql`pragma busy_timeout = 0`.execute(tx)
  for (;;) {
    try {
      await sql`begin immediate`.execute(tx)
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
      await wait(retryMs)
    }
  }
}

/** Checks for SQLITE_BUSY and its extended codes, whose low byte is 5. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
