/** Opens the database of the environment, with the schema and the keys that it needs. Node only. */
import type { Database, Patience } from './database/database.ts'
import { assertMigrated, isEmpty, migrate } from './database/migrate.ts'
import { openDatabase } from './database/open.ts'
import type { OrchestratorEnvironment } from './environment.ts'
import { createEnvelope, type Envelope } from './secrets/envelope.ts'
import { keysOf } from './secrets/keys-of-environment.ts'

export interface Store {
  database: Database
  envelope: Envelope
}

/**
 * Opens the store. SQLite and an empty PostgreSQL get the current schema. Throws `DatabaseError` if a filled PostgreSQL has an older schema.
 * `say` tells people about a key that was made.
 */
export async function openStore(
  env: OrchestratorEnvironment,
  say: (text: string) => void,
  patience?: Patience,
): Promise<Store> {
  const database = await openFrom(env, patience)
  try {
    if (database.kind === 'sqlite' || (await isEmpty(database))) await migrate(database)
    else await assertMigrated(database)
    return { database, envelope: createEnvelope(database, keysOf(env, say)) }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Opens the database of the environment as it is. */
export function openFrom(env: OrchestratorEnvironment, patience?: Patience): Promise<Database> {
  return openDatabase({ url: env.DATABASE_URL, directory: env.ORCHESTRATOR_DATA_DIR, patience })
}
