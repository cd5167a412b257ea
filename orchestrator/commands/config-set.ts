/** `config set`: one change of many tenants, all or nothing. */
import type { Command } from 'commander'
import { appType } from '../../src/contract/runtime-answer.ts'
import { differenceText } from '../registry/difference.ts'
import { parseMemberPath, parseMemberValue } from '../registry/member-change.ts'
import {
  draftFleetChange,
  type FleetChange,
  type FleetDrafts,
  publishFleetChange,
} from '../registry/sql/fleet-change.ts'
import { type CommandContext, operator, printJson, UsageError, withStore } from './context.ts'
import { noteArgument, tenantArgument } from './input.ts'
import { warnAbout } from './warnings.ts'

interface SetOptions {
  path: string
  value: string
  tenants?: string
  all?: boolean
  dryRun?: boolean
  plan?: string
  note?: string
  force?: boolean
}

const maxTenants = 10_000

/** Adds the command. */
export function addConfigSet(config: Command, context: CommandContext): void {
  config
    .command('set')
    .description('changes one setting of many tenants, all or nothing, and prints the difference per tenant')
    .requiredOption('--path <path>', 'setting, as features.publish_enabled or publishers.<id>.enabled')
    .requiredOption('--value <value>', 'JSON, or otherwise text; null removes the setting')
    .option('--tenants <names>', 'names, separated by commas')
    .option('--all', 'all tenants of this app that have a configuration')
    .option('--dry-run', 'print the differences and the plan, and change nothing')
    .option('--plan <plan>', 'change nothing unless a dry run would still print this plan')
    .option('--note <text>', 'reason, shown by history')
    .option('--force', 'publish in spite of violated rules')
    .action((options: SetOptions) => setAll(context, options))
}

async function setAll(context: CommandContext, options: SetOptions): Promise<void> {
  const change = changeOf(options)
  const { dryRun = false, plan, force } = options
  const note = noteArgument(options.note)
  const { found, published } = await withStore(context, async ({ database }) => {
    if (dryRun)
      return { found: await database.snapshot((tx) => draftFleetChange(tx, change, appType)), published: [] }
    return database.change(async (tx) => {
      const found = await draftFleetChange(tx, change, appType)
      return {
        found,
        published: await publishFleetChange(tx, found, { note, force, plan }, operator(context)),
      }
    })
  })
  for (const draft of found.drafts) {
    warnAbout(context, draft)
    const text = differenceText(draft.difference)
    context.say(`${draft.tenant}: ${text === '' ? 'no difference' : `\n${text}`}`)
  }
  printJson(context, reportOf(found, published, dryRun))
}

function changeOf({ path, value, tenants, all = false }: SetOptions): FleetChange {
  if ((tenants === undefined) !== all) throw new UsageError('Name either --tenants or --all.')
  const names = tenants === undefined ? null : [...new Set(tenants.split(',').map((name) => name.trim()))]
  if (names && names.length > maxTenants) throw new UsageError(`--tenants takes at most ${maxTenants} names.`)
  return {
    path: parseMemberPath(path),
    value: parseMemberValue(value),
    tenants: names?.map(tenantArgument) ?? null,
  }
}

function reportOf({ drafts, skipped, plan }: FleetDrafts, published: readonly string[], dryRun: boolean) {
  const tenants = drafts.map(({ tenant, bound, current, difference, violations }) => ({
    tenant,
    parent: current,
    config_version: bound.configVersion,
    published: published.includes(tenant),
    difference,
    violations,
    warnings: bound.warnings,
  }))
  return { plan, dry_run: dryRun, tenants, skipped }
}
