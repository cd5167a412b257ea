/** Restores a backup into an empty database: all of it, or nothing. Node only. */
import { CompiledQuery, sql } from 'kysely'
import { type Actor, lineBy } from '../audit/actor.ts'
import { type AuditFindings, appendAudit, verifyAuditWithin } from '../audit/chain.ts'
import type { Database, DatabaseKind, Tx } from '../database/database.ts'
import { isEmpty, knownMigrations, migrateWithin, migrationsOf } from '../database/migrate.ts'
import { type Migration, migrations as ours } from '../database/migrations.ts'
import { Refused } from '../registry/sql/refusals.ts'
import type { BackupHeader, Cell } from './format.ts'
import { codeOf } from './new-file.ts'
import { type BackupRow, checkBackup, openBackup } from './read-backup.ts'
import { type Table, tablesIn } from './schema.ts'
import { settleRestored } from './settle-restored.ts'

export interface RestoreOptions {
  path: string
  actor: Actor
  /** Restores a backup whose audit chain is broken, instead of refusing it. */
  acceptBrokenAudit?: boolean | undefined
  /** Default: those of this program. */
  migrations?: readonly Migration[]
}

export interface RestoreReport {
  created_at: string
  rows: number
  /** Migrations that were applied after the rows of an older backup. */
  migrated: string[]
  audit: AuditFindings
}

/** Parameters per statement, below the limits of both databases. */
const maxParameters = 20_000
/** Text per statement, in UTF-16 units. */
const maxLength = 4_000_000
const maxRows = 200

/**
 * Restores a backup. Reads the whole file first, so that a damaged one changes nothing. Throws {@link Refused} or `DatabaseError` in words.
 * Older schemas are restored as they were, and then migrated.
 */
export async function restoreBackup(database: Database, options: RestoreOptions): Promise<RestoreReport> {
  const { migrations = ours } = options
  const header = await checkBackup(options.path)
  const known = migrationsOf(header.migrations, migrations)
  const hadSchema = !(await isEmpty(database))
  return database.change(async (tx) => {
    if (hadSchema) await dropEmptyTables(tx, database.kind, migrations)
    await migrateWithin(tx, known)
    const tables = checkTables(header, await tablesIn(tx, database.kind, known))
    const rows = await insertAll(tx, database.kind, options.path, tables)
    const migrated = await migrateWithin(tx, migrations)
    const audit = await verifyAuditWithin(tx)
    if (audit.brokenAt !== null && !options.acceptBrokenAudit)
      throw new Refused(
        `The audit log of the backup is broken at line ${audit.brokenAt}. With --accept-broken-audit, it is restored as it is.`,
      )
    await settleRestored(tx, await tablesIn(tx, database.kind, migrations))
    const outcome = `backup of ${header.created_at}`
    await appendAudit(tx, [lineBy(options.actor, { action: 'backup.restore', tenant: null, outcome })])
    return { created_at: header.created_at, rows, migrated, audit }
  })
}

/** Drops the empty tables of a database. Throws {@link Refused} if a table has a row. */
async function dropEmptyTables(tx: Tx, kind: DatabaseKind, migrations: readonly Migration[]): Promise<void> {
  await knownMigrations(tx, migrations)
  const tables = await tablesIn(tx, kind, migrations)
  for (const { name } of tables) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(tx)
    if (rows.length > 0)
      throw new Refused('The database is not empty. A backup is restored into an empty database only.')
  }
  for (const { name } of tables.toReversed()) await sql`drop table ${sql.table(name)}`.execute(tx)
  await sql`drop table migration`.execute(tx)
}

/** Returns the tables by name. Throws {@link Refused} unless the header has exactly the tables and columns of its schema. */
function checkTables(header: BackupHeader, tables: readonly Table[]): Map<string, Table> {
  const shape = (name: string, columns: readonly string[]) => `${name}(${columns.toSorted().join()})`
  const expected = tables.map(({ name, columns }) =>
    shape(
      name,
      columns.map((column) => column.name),
    ),
  )
  const found = header.tables.map(({ name, columns }) => shape(name, columns))
  if (expected.join() !== found.join())
    throw new Refused('The backup is damaged: its tables do not fit its schema.')
  return new Map(tables.map((table) => [table.name, table]))
}

async function insertAll(
  tx: Tx,
  kind: DatabaseKind,
  path: string,
  tables: ReadonlyMap<string, Table>,
): Promise<number> {
  const { rows } = await openBackup(path)
  let inserted = 0
  let batch: BackupRow[] = []
  let length = 0
  const flush = async () => {
    await insert(tx, kind, batch)
    inserted += batch.length
    batch = []
    length = 0
  }
  for await (const row of rows) {
    checkCells(row, tables.get(row.table.name))
    const isFull =
      batch[0]?.table !== row.table ||
      batch.length >= maxRows ||
      length > maxLength ||
      (batch.length + 1) * row.cells.length > maxParameters
    if (isFull) await flush()
    batch.push(row)
    for (const cell of row.cells) length += typeof cell === 'string' ? cell.length : 8
  }
  await flush()
  return inserted
}

async function insert(tx: Tx, kind: DatabaseKind, batch: readonly BackupRow[]): Promise<void> {
  const [first] = batch
  if (!first) return
  const text = insertText(first.table, batch.length, kind)
  const parameters = batch.flatMap(({ cells }) => cells)
  await tx.executeQuery(CompiledQuery.raw(text, parameters)).catch((error: unknown) => {
    // The driver's message may quote values.
    throw new Refused(`The rows of the table ${first.table.name} cannot be stored${codeOf(error)}.`)
  })
}

/** Returns the statement for a number of rows. Building it from nodes of Kysely would take most of the time of a restore. */
function insertText({ name, columns }: BackupRow['table'], rows: number, kind: DatabaseKind): string {
  const listed = columns.map((column) => `"${column}"`).join(', ')
  const values = Array.from({ length: rows }, (_, row) => {
    const places = columns.map((_, column) =>
      kind === 'sqlite' ? '?' : `$${row * columns.length + column + 1}`,
    )
    return `(${places.join(', ')})`
  })
  return `insert into "${name}" (${listed}) values ${values.join(', ')}`
}

/** Throws {@link Refused} unless each cell fits its column. SQLite would store a value of any type. */
function checkCells({ table, cells }: BackupRow, known: Table | undefined): void {
  const types = new Map(known?.columns.map((column) => [column.name, column]))
  const fits =
    cells.length === table.columns.length &&
    table.columns.every((name, index) => {
      const column = types.get(name)
      const cell: Cell | undefined = cells[index]
      if (column === undefined || cell === undefined) return false
      return cell === null
        ? column.isNullable
        : column.type === (typeof cell === 'number' ? 'number' : 'text')
    })
  if (!fits) throw new Refused(`The backup is damaged: a row of ${table.name} does not fit its table.`)
}
