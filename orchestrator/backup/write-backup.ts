/** Writes one moment of the database into a file, while processes run. Node only. */
import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { sql } from 'kysely'
import type { Database, DatabaseKind, Tx } from '../database/database.ts'
import { isEmpty, knownMigrations, migrationsOf } from '../database/migrate.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { type BackupHeader, backupFormat, backupVersion, type Cell } from './format.ts'
import { createFile, type NewFile } from './new-file.ts'
import { type Table, tablesIn } from './schema.ts'

/** Rows per read: a row has at most some 100 kB. */
const rowsPerRead = 50

/**
 * Writes a backup, and returns its header. Values stay encrypted as they are in the database. Memory stays bounded for any number of rows.
 * Throws {@link Refused} if the file exists or the database has no schema yet.
 */
export async function writeBackup(database: Database, file: NewFile): Promise<BackupHeader> {
  if (await isEmpty(database)) throw new Refused('The database is empty: there is nothing to back up.')
  return createFile(file, (handle) => database.snapshot((tx) => writeRows(tx, database.kind, handle)))
}

async function writeRows(tx: Tx, kind: DatabaseKind, handle: FileHandle): Promise<BackupHeader> {
  const migrations = await knownMigrations(tx)
  const tables = await tablesIn(tx, kind, migrationsOf(migrations))
  const counted: BackupHeader['tables'] = []
  for (const table of tables) {
    const columns = table.columns.map(({ name }) => name)
    counted.push({ name: table.name, columns, rows: await countIn(tx, table) })
  }
  const header: BackupHeader = {
    format: backupFormat,
    version: backupVersion,
    created_at: new Date().toISOString(),
    key_ids: await keyIdsIn(tx),
    migrations,
    tables: counted,
  }
  const text = linesOf(tx, header, tables)
  await pipeline(Readable.from(text, { objectMode: false }), createGzip(), async (chunks) => {
    for await (const chunk of chunks) await handle.appendFile(chunk)
  })
  return header
}

async function* linesOf(
  tx: Tx,
  header: BackupHeader,
  tables: readonly Table[],
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256')
  yield hashed(hash, [header])
  for (const table of tables) {
    for await (const rows of pagesOf(tx, table)) {
      const lines = rows.map((row) => table.columns.map(({ name }) => row[name]))
      yield hashed(hash, lines)
    }
  }
  yield Buffer.from(`${JSON.stringify({ sha256: hash.digest('hex') })}\n`)
}

function hashed(hash: Hash, lines: readonly unknown[]): Buffer {
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  hash.update(bytes)
  return bytes
}

type Row = Readonly<Record<string, Cell>>

/** Reads a table in the order of its primary key. */
async function* pagesOf(tx: Tx, { name, columns, key }: Table): AsyncGenerator<Row[], void, undefined> {
  const listed = sql.join(columns.map((column) => sql.id(column.name)))
  const keys = sql.join(key.map((column) => sql.id(column)))
  let last: Row | undefined
  for (;;) {
    const after = last && sql`where (${keys}) > (${sql.join(key.map((column) => last?.[column]))})`
    const { rows } = await sql<Row>`
      select ${listed} from ${sql.table(name)} ${after ?? sql``} order by ${keys} limit ${sql.lit(rowsPerRead)}
    `.execute(tx)
    if (rows.length > 0) yield rows
    last = rows.at(-1)
    if (rows.length < rowsPerRead) return
  }
}

async function countIn(tx: Tx, { name }: Table): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(tx)
  return Number(rows[0]?.count)
}

async function keyIdsIn(tx: Tx): Promise<string[]> {
  const rows = await tx.selectFrom('data_key').select('kid').distinct().orderBy('kid').execute()
  return rows.map(({ kid }) => kid)
}
