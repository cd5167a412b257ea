/** `webhook create`, `list`, `delete`, `deliveries` and `retry`. */
import { type Command, Option } from 'commander'
import { type EventType, eventTypes, everyTenant } from '../notices/outbox.ts'
import {
  createWebhook,
  type DeliveryState,
  deleteWebhook,
  deliveryStates,
  listDeliveries,
  listWebhooks,
  retryDelivery,
} from '../notices/webhooks.ts'
import { type CommandContext, operator, printJson, UsageError, withStore } from './context.ts'

interface NewWebhookArguments {
  tenant?: string
  all?: boolean
  url: string
  /** Types of events, separated by commas. */
  types?: string
}

/** Registers the commands. */
export function addWebhooks(program: Command, context: CommandContext): void {
  const webhook = program.command('webhook').description('receivers of events')
  webhook
    .command('create')
    .description('creates a webhook and prints its ID and signing secret, which is shown only once')
    .option('--tenant <name>', "receives this tenant's events")
    .option('--all', 'receives the events of all tenants')
    .requiredOption('--url <url>', 'address of the receiver')
    .option('--types <types>', `separated by commas; default: all. Known: ${eventTypes.join(', ')}`)
    .action((options: NewWebhookArguments) => createWebhookCommand(context, options))
  webhook
    .command('list')
    .description('lists the webhooks without their secrets')
    .action(async () =>
      printJson(context, await withStore(context, ({ database }) => listWebhooks(database))),
    )
  webhook
    .command('delete')
    .description('deletes a webhook and its deliveries')
    .argument('<id>')
    .action(async (id: string) => {
      await withStore(context, ({ database }) => deleteWebhook(database, id, operator(context)))
      printJson(context, { deleted: id })
    })
  webhook
    .command('deliveries')
    .description('lists the newest deliveries')
    .addOption(new Option('--state <state>', 'only deliveries in this state').choices(deliveryStates))
    .action(async ({ state }: { state?: DeliveryState }) =>
      printJson(context, await withStore(context, ({ database }) => listDeliveries(database, state))),
    )
  webhook
    .command('retry')
    .description('sends a delivery again, now')
    .argument('<event>')
    .argument('<webhook>')
    .action(async (event: string, id: string) => {
      const delivery = { event, webhook: id }
      await withStore(context, ({ database }) => retryDelivery(database, delivery, operator(context)))
      printJson(context, delivery)
    })
}

async function createWebhookCommand(context: CommandContext, given: NewWebhookArguments): Promise<void> {
  const webhook = { tenant: ownerOf(given), url: given.url, types: typesOf(given.types) }
  const created = await withStore(context, ({ database, envelope, env }) =>
    createWebhook(
      { database, envelope, allowPrivate: env.ALLOW_PRIVATE_ENDPOINTS },
      webhook,
      operator(context),
    ),
  )
  context.say('The signing secret is shown only once.')
  printJson(context, created)
}

function ownerOf({ tenant, all = false }: NewWebhookArguments): string {
  if ((tenant !== undefined) === all || tenant === everyTenant)
    throw new UsageError('Give either --tenant <name> or --all.')
  return tenant ?? everyTenant
}

function typesOf(list: string | undefined): EventType[] {
  if (list === undefined) return []
  const wanted = list.split(',').map((type) => type.trim())
  const unknown = wanted.filter((type) => !eventTypes.some((known) => known === type))
  if (unknown.length > 0)
    throw new UsageError(`Unknown types: ${unknown.join(', ')}. Known: ${eventTypes.join(', ')}`)
  return eventTypes.filter((type) => wanted.includes(type))
}
