/** `history` and `rollback` of a tenant's configuration. */

import { configOf } from '../registry/sql/configurations.ts'
import { violationsOf } from '../registry/sql/drafts.ts'
import { history, rollback } from '../registry/sql/history.ts'
import { tenantRow } from '../registry/sql/tenant-rows.ts'
import { type CommandContext, operator, printJson, withStore } from './context.ts'
import { noteArgument, tenantArgument, versionArgument } from './input.ts'
import { warnAbout } from './warnings.ts'

/** Prints the versions of a tenant, newest first. */
export async function historyCommand(context: CommandContext, tenant: string): Promise<void> {
  printJson(context, await withStore(context, ({ database }) => history(database, tenant)))
}

/** Publishes an earlier version anew, and warns about rules that it violates. With `expect`, only if that version is current. */
export async function rollbackCommand(
  context: CommandContext,
  name: string,
  version: string,
  { expect, note }: { expect?: string; note?: string },
): Promise<void> {
  const tenant = tenantArgument(name)
  const old = { tenant, version: versionArgument(version), expect, note: noteArgument(note) }
  const violations = await withStore(context, async ({ database }) => {
    await rollback(database, old, operator(context))
    const { app_type } = await tenantRow(database.read, tenant)
    const { config } = await configOf(database.read, tenant, version)
    return violationsOf(database.read, tenant, app_type, JSON.parse(config))
  })
  warnAbout(context, { tenant, bound: { warnings: [] }, violations })
  printJson(context, { tenant, config_version: version, violations })
}
