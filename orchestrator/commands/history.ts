/** `history` and `rollback` of a tenant's configuration. */
import { history, rollback } from '../registry/sql/history.ts'
import { type CommandContext, operator, printJson, withStore } from './context.ts'

/** Prints the versions of a tenant, newest first. */
export async function historyCommand(context: CommandContext, tenant: string): Promise<void> {
  printJson(context, await withStore(context, ({ database }) => history(database, tenant)))
}

/** Publishes an earlier version anew. With `expect`, only if that version is current. */
export async function rollbackCommand(
  context: CommandContext,
  tenant: string,
  version: string,
  { expect }: { expect?: string },
): Promise<void> {
  await withStore(context, ({ database }) =>
    rollback(database, { tenant, version, expect }, operator(context)),
  )
  printJson(context, { tenant, config_version: version })
}
