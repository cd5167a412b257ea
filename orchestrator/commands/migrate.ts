/** `migrate`: brings the database to the schema of this program. */
import { migrate } from '../database/migrate.ts'
import { openFrom } from '../store.ts'
import { type CommandContext, databaseEnvironment, printJson } from './context.ts'

/** Applies missing migrations and prints their names. */
export async function migrateCommand(context: CommandContext): Promise<void> {
  const database = await openFrom(databaseEnvironment(context))
  try {
    printJson(context, { applied: await migrate(database) })
  } finally {
    await database.close()
  }
}
