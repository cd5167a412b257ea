/** `credentials`: stores, lists and deletes credentials. Values come from files or standard input, and are never printed. */
import type { Command } from 'commander'
import { giveToOperator } from '../connections/ownership.ts'
import { checkCredentials } from '../registry/credentials.ts'
import { deleteCredentials, listCredentials, putCredentials } from '../registry/sql/credentials.ts'
import { tenantRow } from '../registry/sql/tenant-rows.ts'
import { type CommandContext, operator, printJson, withStore } from './context.ts'
import { readDocument, refArgument, tenantArgument } from './input.ts'

/** Adds the commands of credentials. */
export function addCredentials(program: Command, context: CommandContext): void {
  const credentials = program
    .command('credentials')
    .description("tenants' credentials, which are never printed")
  credentials
    .command('put')
    .description('stores credentials under a new version')
    .argument('<tenant>')
    .argument('<reference>')
    .argument('[file]', 'YAML or JSON with provider and its fields; default: standard input', '-')
    .action((tenant: string, ref: string, file: string) => put(context, tenant, ref, file))
  credentials
    .command('list')
    .description('prints references, providers and versions')
    .argument('<tenant>')
    .action((tenant: string) => list(context, tenant))
  credentials
    .command('delete')
    .description('deletes credentials that the current configuration does not use')
    .argument('<tenant>')
    .argument('<reference>')
    .option('--force', 'delete credentials in use')
    .action((tenant: string, ref: string, options: { force?: boolean }) =>
      remove(context, tenant, ref, options),
    )
}

async function put(context: CommandContext, name: string, reference: string, file: string): Promise<void> {
  const place = { tenant: tenantArgument(name), ref: refArgument(reference) }
  const given = checkCredentials(await readDocument(context, file), 'credentials')
  const changed = await withStore(context, ({ database, envelope }) =>
    database.change(async (tx) => {
      await tenantRow(tx, place.tenant)
      const isNew = await putCredentials(tx, envelope, { ...place, ...given }, operator(context))
      if (isNew) await giveToOperator(tx, place)
      return isNew
    }),
  )
  printJson(context, { ...place, provider: given.provider, changed })
}

async function list(context: CommandContext, name: string): Promise<void> {
  const tenant = tenantArgument(name)
  const found = await withStore(context, async ({ database }) => {
    await tenantRow(database.read, tenant)
    return listCredentials(database, tenant)
  })
  printJson(context, found)
}

async function remove(
  context: CommandContext,
  name: string,
  reference: string,
  { force }: { force?: boolean },
): Promise<void> {
  const place = { tenant: tenantArgument(name), ref: refArgument(reference) }
  await withStore(context, async ({ database }) => {
    await tenantRow(database.read, place.tenant)
    await deleteCredentials(database, { ...place, force }, operator(context))
  })
  printJson(context, { ...place, deleted: true })
}
