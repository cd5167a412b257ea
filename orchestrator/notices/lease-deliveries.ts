/** Leases of due deliveries: one per webhook, the oldest first. */
import type { Database, Tx } from '../database/database.ts'
import type { Sealed } from '../secrets/envelope.ts'
import type { WebhookMessage } from './webhook-call.ts'

export interface LeasedDelivery {
  message: WebhookMessage
  webhook: { id: string; tenant: string; url: string; sealed: Sealed }
  tries: number
  /** End of this process's lease. */
  until: string
}

type Reads = Pick<Tx, 'selectFrom'>

/** Length of a lease, longer than a call. */
const leaseMs = 30_000

/** Leases the oldest due delivery of at most `count` webhooks that no process calls now. */
export async function leaseDeliveries(
  database: Database,
  count: number,
  now: number,
): Promise<LeasedDelivery[]> {
  const time = new Date(now).toISOString()
  if ((await callableWebhooks(database.read, time, 1)).length === 0) return []
  const until = new Date(now + leaseMs).toISOString()
  return database.change(async (tx) => {
    const leased: LeasedDelivery[] = []
    for (const webhook of await callableWebhooks(tx, time, count)) {
      const delivery = await oldestOf(tx, webhook, time)
      if (!delivery) continue
      leased.push({ ...delivery, until })
      await tx
        .updateTable('webhook_delivery')
        .set({ leased_until: until })
        .where('event', '=', delivery.message.id)
        .where('webhook', '=', webhook)
        .execute()
    }
    return leased
  })
}

/** Returns webhooks with a due delivery and without a running call, the longest waiting first. */
async function callableWebhooks(reads: Reads, time: string, count: number): Promise<string[]> {
  const rows = await reads
    .selectFrom('webhook_delivery as due')
    .select('due.webhook')
    .where('due.state', '=', 'due')
    .where('due.due_at', '<=', time)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('webhook_delivery as running')
            .select('running.event')
            .whereRef('running.webhook', '=', 'due.webhook')
            .where('running.state', '=', 'due')
            .where('running.leased_until', '>', time),
        ),
      ),
    )
    .groupBy('due.webhook')
    .orderBy((eb) => eb.fn.min('due.due_at'))
    .limit(count)
    .execute()
  return rows.map(({ webhook }) => webhook)
}

async function oldestOf(
  tx: Tx,
  webhook: string,
  time: string,
): Promise<Omit<LeasedDelivery, 'until'> | undefined> {
  const row = await tx
    .selectFrom('webhook_delivery as delivery')
    .innerJoin('event', 'event.id', 'delivery.event')
    .innerJoin('webhook', 'webhook.id', 'delivery.webhook')
    .select(['delivery.tries', 'event.id', 'event.type', 'event.tenant', 'event.data', 'event.at'])
    .select(['webhook.tenant as owner', 'webhook.url', 'webhook.secret', 'webhook.data_key'])
    .where('delivery.webhook', '=', webhook)
    .where('delivery.state', '=', 'due')
    .where('delivery.due_at', '<=', time)
    .orderBy('delivery.due_at')
    .orderBy('event.at')
    .limit(1)
    .executeTakeFirst()
  if (!row) return undefined
  const { tries, owner, url, secret: value, data_key, ...message } = row
  return { message, webhook: { id: webhook, tenant: owner, url, sealed: { value, data_key } }, tries }
}
