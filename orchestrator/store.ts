/** Opens the database of the environment, with the schema and the keys that it needs. Node only. */
import type { Database, Patience } from './database/database.ts'
import { assertMigrated, isEmpty, migrate } from './database/migrate.ts'
import { openDatabase } from './database/open.ts'
import type { OrchestratorEnvironment } from './environment.ts'
import { createConfiguredKeys, parseKeys } from './secrets/configured-keys.ts'
import { createEnvelope, type Envelope } from './secrets/envelope.ts'
import { readExistingKeyFile, readKeyFile } from './secrets/key-file.ts'
import type { KeySource } from './secrets/key-source.ts'

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

/** Returns the key-encryption keys, or `undefined` if there are none yet. Makes no key. */
export function existingKeysOf(env: OrchestratorEnvironment): KeySource | undefined {
  const text = env.ORCHESTRATOR_KEYS ?? readExistingKeyFile(env.ORCHESTRATOR_DATA_DIR)
  return text === undefined ? undefined : createConfiguredKeys(parseKeys(text))
}

/** Returns the key-encryption keys. Without `ORCHESTRATOR_KEYS`, a development machine gets a key file. */
function keysOf(env: OrchestratorEnvironment, say: (text: string) => void): KeySource {
  const text =
    env.ORCHESTRATOR_KEYS ??
    readKeyFile(env.ORCHESTRATOR_DATA_DIR, (path) =>
      say(
        `ORCHESTRATOR_KEYS is not set. A key for this machine was made in ${path}. Back it up with the database.`,
      ),
    )
  return createConfiguredKeys(parseKeys(text))
}
