/** `tenant`: creates, lists, shows and changes tenants. */
import type { Command } from 'commander'
import { draftOf, publishDraft } from '../registry/sql/drafts.ts'
import { changeTenant, createTenant, type TenantSettings } from '../registry/sql/tenant-changes.ts'
import { tenantSummaries, tenantSummary } from '../registry/sql/tenant-rows.ts'
import { type CommandContext, operator, printJson, UsageError, withStore } from './context.ts'
import { countArgument, hostArguments, readDocument, tenantArgument } from './input.ts'
import { warnAbout } from './warnings.ts'

interface SetOptions {
  ttl?: string
  suspend?: boolean
  resume?: boolean
  host?: string[]
  aiBudget?: string
  outOfCredit?: boolean
  inCredit?: boolean
}

const maxTtlSeconds = 86_400

/** Adds the commands of tenants. */
export function addTenants(program: Command, context: CommandContext): void {
  const tenant = program.command('tenant').description('tenants with their hosts and settings')
  tenant
    .command('create')
    .description('creates a tenant; its hosts stay unknown until its first configuration')
    .argument('<name>', 'label in lower case')
    .requiredOption('--host <host>', 'host in lower case; may be repeated', repeated)
    .option('--config <file>', 'first configuration as YAML or JSON; - reads standard input')
    .action((name: string, options: { host: string[]; config?: string }) => create(context, name, options))
  tenant
    .command('list')
    .description('prints all tenants')
    .action(async () => {
      printJson(context, await withStore(context, ({ database }) => tenantSummaries(database.read)))
    })
  tenant
    .command('show')
    .description('prints a tenant')
    .argument('<name>')
    .action((name: string) => show(context, name))
  tenant
    .command('set')
    .description('changes the given settings of a tenant, and prints it')
    .argument('<name>')
    .option('--ttl <seconds>', 'time for which the fleet keeps an answer, at most 86400')
    .option('--suspend', 'answers 404 for all hosts and credentials')
    .option('--resume', 'serves the tenant again')
    .option('--host <host>', 'replaces all hosts; may be repeated', repeated)
    .option('--ai-budget <tokens>', 'AI tokens per calendar month; none: unlimited')
    .option('--out-of-credit', 'refuses all credentials')
    .option('--in-credit', 'resolves credentials again')
    .action((name: string, options: SetOptions) => set(context, name, options))
}

async function create(
  context: CommandContext,
  name: string,
  { host, config }: { host: string[]; config?: string },
): Promise<void> {
  const tenant = tenantArgument(name)
  const hosts = hostArguments(host)
  const document = config === undefined ? undefined : await readDocument(context, config)
  const created = await withStore(context, ({ database }) =>
    database.change(async (tx) => {
      const actor = operator(context)
      await createTenant(tx, { tenant, hosts }, actor)
      if (config !== undefined) {
        // A new tenant has no credentials yet, so the rules only warn.
        const draft = await draftOf(tx, tenant, document)
        await publishDraft(tx, draft, { force: true }, actor)
        warnAbout(context, draft)
      }
      return tenantSummary(tx, tenant)
    }),
  )
  printJson(context, created)
}

async function show(context: CommandContext, name: string): Promise<void> {
  const tenant = tenantArgument(name)
  printJson(context, await withStore(context, ({ database }) => tenantSummary(database.read, tenant)))
}

async function set(context: CommandContext, name: string, options: SetOptions): Promise<void> {
  const tenant = tenantArgument(name)
  const settings = settingsOf(options)
  const changed = await withStore(context, ({ database }) =>
    database.change(async (tx) => {
      await changeTenant(tx, tenant, settings, operator(context))
      return tenantSummary(tx, tenant)
    }),
  )
  printJson(context, changed)
}

function settingsOf({
  ttl,
  suspend,
  resume,
  host,
  aiBudget,
  outOfCredit,
  inCredit,
}: SetOptions): TenantSettings {
  if (suspend && resume) throw new UsageError('--suspend and --resume exclude each other.')
  if (outOfCredit && inCredit) throw new UsageError('--out-of-credit and --in-credit exclude each other.')
  const settings: TenantSettings = {
    ttlSeconds: ttl === undefined ? undefined : countArgument(ttl, '--ttl', maxTtlSeconds),
    suspended: suspend ? true : resume ? false : undefined,
    insufficientBalance: outOfCredit ? true : inCredit ? false : undefined,
    aiBudget: aiBudget === undefined ? undefined : budgetOf(aiBudget),
    hosts: host && hostArguments(host),
  }
  if (Object.values(settings).every((value) => value === undefined))
    throw new UsageError('Name at least one setting: tenant set --help lists them.')
  return settings
}

function budgetOf(text: string): number | null {
  return text === 'none' ? null : countArgument(text, '--ai-budget', Number.MAX_SAFE_INTEGER)
}

function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
