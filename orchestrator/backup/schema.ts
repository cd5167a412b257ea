/** Tables and columns that a database really has, so that backups work on older schemas too. */
import { sql } from 'kysely'
import type { DatabaseKind, Tx } from '../database/database.ts'
import type { Migration } from '../database/migrations.ts'

export interface Column {
  name: string
  type: 'text' | 'number'
  isNullable: boolean
}

export interface Table {
  name: string
  columns: readonly Column[]
  /** Columns of the primary key. */
  key: readonly string[]
}

/** Returns the tables that the migrations made, in order of creation: a table comes after those that it refers to. */
export async function tablesIn(
  tx: Tx,
  kind: DatabaseKind,
  migrations: readonly Migration[],
): Promise<Table[]> {
  const tables: Table[] = []
  for (const name of namesIn(migrations)) {
    const columns = await (kind === 'sqlite' ? sqliteColumns(tx, name) : postgresColumns(tx, name))
    const key = columns.filter(({ place }) => place > 0).toSorted((a, b) => a.place - b.place)
    // A later migration may have dropped the table.
    if (columns.length > 0)
      tables.push({ name, columns: columns.map(columnOf), key: key.map((column) => column.name) })
  }
  return tables
}

function namesIn(migrations: readonly Migration[]): Set<string> {
  const statements = migrations.flatMap((migration) => migration.statements)
  return new Set(statements.flatMap((statement) => /^\s*create table (\w+)/i.exec(statement)?.[1] ?? []))
}

interface FoundColumn {
  name: string
  type: string
  nullable: number
  /** Place in the primary key, from 1. Other columns: 0. */
  place: number
}

function columnOf({ name, type, nullable }: FoundColumn): Column {
  return { name, type: /int/i.test(type) ? 'number' : 'text', isNullable: nullable === 1 }
}

async function sqliteColumns(tx: Tx, table: string): Promise<FoundColumn[]> {
  const { rows } = await sql<FoundColumn>`
    select name, type, 1 - "notnull" - (pk > 0) * (1 - "notnull") as nullable, pk as place
    from pragma_table_info(${table}) order by cid`.execute(tx)
  return rows
}

async function postgresColumns(tx: Tx, table: string): Promise<FoundColumn[]> {
  const { rows } = await sql<FoundColumn>`
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      case when a.attnotnull then 0 else 1 end as nullable,
      coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1 as place
    from pg_attribute a
    left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
    where a.attrelid = to_regclass(${table}) and a.attnum > 0 and not a.attisdropped
    order by a.attnum`.execute(tx)
  return rows
}
