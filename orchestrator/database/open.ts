/** Opens the database that the environment names. Node only. */
import { join } from 'node:path'
import { commandPatience, type Database, type Patience } from './database.ts'

export interface DatabasePlace {
  /** PostgreSQL. Default: SQLite in the directory. */
  url?: string | undefined
  directory: string
  /** Default: {@link commandPatience}. */
  patience?: Patience | undefined
}

/** Name of the database file in the data directory. */
export const databaseFile = 'control-plane.db'

/** Opens the database. Throws `DatabaseError` in words for operators. */
export async function openDatabase({
  url,
  directory,
  patience = commandPatience,
}: DatabasePlace): Promise<Database> {
  // Only the driver in use is loaded.
  if (url !== undefined) return (await import('./postgres.ts')).openPostgres(url, patience)
  const { openSqlite } = await import('./sqlite.ts')
  return openSqlite(join(directory, databaseFile), patience)
}
