/**
 * SQLite through Node's own `node:sqlite`: a file for several processes of a machine. Node only.
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
import { createChangeQueue } from './change-queue.ts'
import type { Database, Patience, Tx } from './database.ts'
import { isBusy, openingError, passing } from './sqlite-errors.ts'
import type { Tables } from './tables.ts'

/** Interval between two tries to begin a change. */
const retryMs = 5
/** Longest time that a read blocks this process, while SQLite recovers the log. */
const readBlockMs = 1000
const maxStatements = 500

/** Opens the database file, and creates file and folder if they are missing. Only the owner may read both. */
export function openSqlite(file: string, { turnMs }: Patience): Database {
  makeFolder(dirname(file))
  const writer = openFile(file)
  const reader = openFile(file)
  const write = client(writer)
  const read = client(reader)
  const changes = createChangeQueue(turnMs)
  return {
    kind: 'sqlite',
    read,
    change: (act) => changes(() => transact(write, (tx) => beginImmediate(tx, turnMs), act)),
    async snapshot(act) {
      // A connection of its own, since other reads would otherwise fall into the transaction.
      const own = client(openFile(file))
      try {
        return await transact(own, (tx) => sql`begin`.execute(tx), act)
      } finally {
        await own.destroy()
      }
    },
    async close() {
      // Waits for the running change. A change that hangs must not keep the process from ending.
      await changes(async () => {}).catch(() => undefined)
      await write.destroy()
      await read.destroy()
      // A client without a statement closes nothing.
      for (const file of [writer, reader]) if (file.isOpen) file.close()
    },
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw openingError(error)
  }
}

function openFile(file: string): DatabaseSync {
  let opened: DatabaseSync | undefined
  try {
    opened = new DatabaseSync(file, { timeout: readBlockMs })
    chmodSync(file, 0o600)
    opened.exec('PRAGMA journal_mode = WAL')
    opened.exec('PRAGMA synchronous = FULL')
    opened.exec('PRAGMA foreign_keys = ON')
    // Deleted credentials leave no bytes behind.
    opened.exec('PRAGMA secure_delete = ON')
    return opened
  } catch (error) {
    opened?.close()
    throw openingError(error)
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
    const statement = passing(() => file.prepare(text))
    statements.set(text, statement)
    return statement
  }
  return {
    close: () => file.close(),
    prepare(text) {
      const statement = prepared(text)
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => passing(() => statement.all(...values(parameters))),
        run: (parameters) => passing(() => statement.run(...values(parameters))),
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
async function beginImmediate(tx: Tx, turnMs: number): Promise<void> {
  const deadline = Date.now() + turnMs
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
