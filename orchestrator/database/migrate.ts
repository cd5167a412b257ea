/** Brings a database to the schema of this program. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { type Database, DatabaseError, type Tx } from './database.ts'
import { type Migration, migrations as ours } from './migrations.ts'

/**
 * Applies missing migrations, all in one transaction, and returns their names. Throws {@link DatabaseError} if the database is newer than the
 * program, or if an applied migration differs from the program's.
 */
export function migrate(database: Database, migrations: readonly Migration[] = ours): Promise<string[]> {
  return database.change((tx) => migrateWithin(tx, migrations))
}

/** Applies missing migrations within a change. See {@link migrate}. */
export async function migrateWithin(tx: Tx, migrations: readonly Migration[] = ours): Promise<string[]> {
  await sql`create table if not exists migration (
    id bigint primary key, name text not null, digest text not null, at text not null
  )`.execute(tx)
  const missing = missingIn(await appliedIn(tx), migrations)
  for (const migration of missing) await apply(tx, migration)
  return missing.map(({ name }) => name)
}

/** Returns the migrations of a database that has a schema. Throws {@link DatabaseError} if it is newer than the program. */
export async function knownMigrations(
  tx: Pick<Tx, 'selectFrom'>,
  migrations: readonly Migration[] = ours,
): Promise<AppliedMigration[]> {
  const applied = await appliedIn(tx)
  missingIn(applied, migrations)
  return applied
}

/** Returns the migrations that a list names. Throws {@link DatabaseError} if the list names an unknown migration. */
export function migrationsOf(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[] = ours,
): Migration[] {
  const missing = new Set(missingIn(applied, migrations))
  return migrations.filter((migration) => !missing.has(migration))
}

/** Throws {@link DatabaseError} unless the database has exactly the schema of this program. */
export async function assertMigrated(
  database: Database,
  migrations: readonly Migration[] = ours,
): Promise<void> {
  const applied = (await isEmpty(database)) ? [] : await appliedIn(database.read)
  const missing = missingIn(applied, migrations)
  if (missing.length > 0) {
    throw new DatabaseError('The database has an older schema. Run `npm run orchestrator -- migrate` first.')
  }
}

/** Checks if the database has no schema yet. */
export async function isEmpty({ read }: Database): Promise<boolean> {
  const tables = await read.introspection.getTables()
  return !tables.some(({ name }) => name === 'migration')
}

export type AppliedMigration = Pick<Migration, 'id' | 'name'> & { digest: string }

function appliedIn(tx: Pick<Tx, 'selectFrom'>): Promise<AppliedMigration[]> {
  return tx.selectFrom('migration').select(['id', 'name', 'digest']).orderBy('id').execute()
}

function missingIn(applied: readonly AppliedMigration[], migrations: readonly Migration[]): Migration[] {
  const byId = new Map(migrations.map((migration) => [migration.id, migration]))
  for (const { id, name, digest } of applied) {
    const known = byId.get(id)
    if (!known)
      throw new DatabaseError(`The database is newer than this program: it has migration ${id} (${name}).`)
    if (digestOf(known) !== digest) {
      throw new DatabaseError(`Migration ${id} (${name}) of the database differs from this program's.`)
    }
  }
  const done = new Set(applied.map(({ id }) => id))
  return migrations.filter(({ id }) => !done.has(id))
}

async function apply(tx: Tx, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await sql.raw(statement).execute(tx)
  const { id, name } = migration
  await tx
    .insertInto('migration')
    .values({ id, name, digest: digestOf(migration), at: new Date().toISOString() })
    .execute()
}

function digestOf({ statements }: Migration): string {
  return createHash('sha256').update(JSON.stringify(statements)).digest('hex')
}
