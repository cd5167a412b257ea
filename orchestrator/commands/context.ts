/** Surroundings of a command: environment, output, and the store. */
import type { Actor } from '../audit/actor.ts'
import { type OrchestratorEnvironment, parseEnvironment } from '../environment.ts'
import { openStore, type Store } from '../store.ts'

export interface CommandContext {
  variables: Readonly<Record<string, string | undefined>>
  /** Standard input. Default: empty. */
  input?: AsyncIterable<Uint8Array>
  /** Prints to standard output. */
  print(text: string): void
  /** Tells a person something on standard error. */
  say(text: string): void
}

/** Wrong use of a command, in words. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Prints a value as JSON. */
export function printJson({ print }: CommandContext, value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** Parses the environment of a command that works on the database. Throws {@link UsageError} in file mode, which is read only. */
export function databaseEnvironment({ variables }: CommandContext): OrchestratorEnvironment {
  const env = parseEnvironment(variables)
  if (env.ORCHESTRATOR_FILE !== undefined)
    throw new UsageError(
      'ORCHESTRATOR_FILE is set, and file mode is read only. Unset it to use the database.',
    )
  return env
}

/** Opens the store for a command, and closes it afterwards. */
export async function withStore<T>(
  context: CommandContext,
  act: (store: Store & { env: OrchestratorEnvironment }) => Promise<T>,
): Promise<T> {
  const env = databaseEnvironment(context)
  const store = await openStore(env, context.say)
  try {
    return await act({ ...store, env })
  } finally {
    await store.database.close()
  }
}

/** Returns the author of a command's changes: the user of the machine. An empty variable counts as absent. */
export function operator({ variables }: CommandContext): Actor {
  return {
    name: variables.USER?.trim() || variables.LOGNAME?.trim() || 'operator',
    requestId: `command-${crypto.randomUUID()}`,
  }
}
