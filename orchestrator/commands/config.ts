/** `config`: shows, checks, compares and publishes configurations. */
import type { Command } from 'commander'
import { difference, differenceText } from '../registry/difference.ts'
import { configOf } from '../registry/sql/configurations.ts'
import { type Draft, draftOf, publishDraft } from '../registry/sql/drafts.ts'
import { tenantRow } from '../registry/sql/tenant-rows.ts'
import { addConfigSet } from './config-set.ts'
import { type CommandContext, operator, printJson, UsageError, withStore } from './context.ts'
import { noteArgument, readDocument, tenantArgument, versionArgument } from './input.ts'
import { warnAbout } from './warnings.ts'

interface PublishOptions {
  expect?: string
  note?: string
  force?: boolean
}

/** Adds the commands of configurations. `fail` makes the exit code 1. */
export function addConfigs(program: Command, context: CommandContext, fail: () => void): void {
  const config = program.command('config').description('configurations and their versions')
  config
    .command('show')
    .description('prints a configuration as it was written and as it is sent')
    .argument('<tenant>')
    .option('--version <config-version>', 'an earlier version; default: current')
    .action((tenant: string, options: { version?: string }) => show(context, tenant, options))
  config
    .command('check')
    .description('checks a configuration; exits with 1 if publish would refuse it')
    .argument('<tenant>')
    .argument('<file>', 'YAML or JSON; - reads standard input')
    .action(async (tenant: string, file: string) => {
      if (!(await check(context, tenant, file))) fail()
    })
  config
    .command('diff')
    .description('compares a file with the current configuration, or two versions')
    .argument('<tenant>')
    .argument('[file]', 'YAML or JSON; - reads standard input')
    .option('--from <config-version>', 'the older version')
    .option('--to <config-version>', 'the newer version; default: current')
    .action((tenant: string, file: string | undefined, options: { from?: string; to?: string }) =>
      diff(context, tenant, file, options),
    )
  config
    .command('publish')
    .description('publishes a configuration')
    .argument('<tenant>')
    .argument('<file>', 'YAML or JSON; - reads standard input')
    .option('--expect <config-version>', 'change nothing unless this version is current')
    .option('--note <text>', 'reason, shown by history')
    .option('--force', 'publish in spite of violated rules')
    .action((tenant: string, file: string, options: PublishOptions) =>
      publish(context, tenant, file, options),
    )
  addConfigSet(config, context)
}

async function show(context: CommandContext, name: string, options: { version?: string }): Promise<void> {
  const tenant = tenantArgument(name)
  const version = options.version === undefined ? undefined : versionArgument(options.version)
  const { config_version, written, config } = await withStore(context, async ({ database }) => {
    await tenantRow(database.read, tenant)
    return configOf(database.read, tenant, version)
  })
  printJson(context, { tenant, config_version, written: JSON.parse(written), sent: JSON.parse(config) })
}

async function check(context: CommandContext, name: string, file: string): Promise<boolean> {
  const tenant = tenantArgument(name)
  const document = await readDocument(context, file)
  const draft = await withStore(context, ({ database }) => draftOf(database.read, tenant, document))
  printJson(context, { ...factsOf(draft), difference: draft.difference })
  return draft.violations.length === 0
}

async function diff(
  context: CommandContext,
  name: string,
  file: string | undefined,
  { from, to }: { from?: string; to?: string },
): Promise<void> {
  const tenant = tenantArgument(name)
  if ((file === undefined) === (from === undefined))
    throw new UsageError('Name either a file, or --from with a version.')
  if (file !== undefined && to !== undefined) throw new UsageError('--to belongs to --from.')
  const document = file === undefined ? undefined : await readDocument(context, file)
  const found = await withStore(context, async ({ database: { read } }) => {
    if (from === undefined) return (await draftOf(read, tenant, document)).difference
    await tenantRow(read, tenant)
    const older = await configOf(read, tenant, versionArgument(from))
    const newer = await configOf(read, tenant, to === undefined ? undefined : versionArgument(to))
    return difference(JSON.parse(older.config), JSON.parse(newer.config))
  })
  const text = differenceText(found)
  context.say(text === '' ? 'No difference.' : text)
  printJson(context, found)
}

async function publish(
  context: CommandContext,
  name: string,
  file: string,
  { expect, note, force }: PublishOptions,
): Promise<void> {
  const tenant = tenantArgument(name)
  const options = {
    expect: expect === undefined ? undefined : versionArgument(expect),
    note: noteArgument(note),
    force,
  }
  const document = await readDocument(context, file)
  const { draft, published } = await withStore(context, ({ database }) =>
    database.change(async (tx) => {
      const draft = await draftOf(tx, tenant, document)
      return { draft, published: await publishDraft(tx, draft, options, operator(context)) }
    }),
  )
  warnAbout(context, draft)
  printJson(context, { ...factsOf(draft), published, difference: draft.difference })
}

/** Returns the facts about a draft for people. */
function factsOf({ tenant, bound, current, violations }: Draft) {
  const { configVersion: config_version, warnings } = bound
  return { tenant, config_version, parent: current, violations, warnings }
}
