/** Deliveries of events to webhooks: the outlet that calls the receivers. */
import { lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { Database, Tx } from '../database/database.ts'
import type { Envelope } from '../secrets/envelope.ts'
import { groupChanges } from './grouped-changes.ts'
import { type LeasedDelivery, leaseDeliveries } from './lease-deliveries.ts'
import { everyTenant } from './outbox.ts'
import type { Outlet } from './pump.ts'
import { webhookDelayMs } from './retry-times.ts'
import type { CallWebhook, WebhookOutcome } from './webhook-call.ts'
import { placeOfSecret } from './webhooks.ts'

export interface DeliveriesOptions {
  database: Database
  envelope: Envelope
  call: CallWebhook
  now?: () => number
  /** Random number from 0 to 1 for the jitter. */
  random?: () => number
}

/** Longest delay that a receiver gets by `Retry-After`. */
const maxRetryAfterMs = 24 * 60 * 60 * 1000

/** Creates the outlet: one call per webhook at a time, in no promised order. */
export function createDeliveries(options: DeliveriesOptions): Outlet<LeasedDelivery> {
  const { database, envelope, call, now = Date.now, random = Math.random } = options
  const change = groupChanges(database)

  async function send({ webhook, message }: LeasedDelivery, signal: AbortSignal): Promise<Outcome> {
    try {
      const secret = await envelope.open(webhook.sealed, placeOfSecret(webhook))
      return await call({ url: webhook.url, secret }, message, signal)
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' }
      // The key may come back.
      if (error instanceof SecretsUnavailable) return { kind: 'failed', error: 'signing secret unavailable' }
      throw error
    }
  }

  /** Returns the columns after a failure. */
  function afterFailure(delivery: LeasedDelivery, error: string, retryAfterMs = 0) {
    const tries = delivery.tries + 1
    const delay = webhookDelayMs(tries, random)
    if (delay === undefined) return { state: 'failed', tries, error, done_at: timeOf(now()) } as const
    const wait = Math.max(delay, Math.min(retryAfterMs, maxRetryAfterMs))
    return { tries, error, due_at: timeOf(now() + wait) }
  }

  function settle(delivery: LeasedDelivery, outcome: Outcome): Promise<void> {
    return change(async (tx) => {
      if (outcome.kind === 'aborted') return endLease(tx, delivery, {})
      if (outcome.kind === 'gone') return disable(tx, delivery, timeOf(now()))
      if (outcome.kind === 'failed')
        return endLease(tx, delivery, afterFailure(delivery, outcome.error, outcome.retryAfterMs))
      const done = { state: 'delivered', error: null, done_at: timeOf(now()) } as const
      return endLease(tx, delivery, { ...done, tries: delivery.tries + 1 })
    })
  }

  return {
    lease: (count) => leaseDeliveries(database, count, now()),
    async deliver(delivery, signal) {
      await settle(delivery, await send(delivery, signal))
    },
  }
}

type Outcome = WebhookOutcome | { kind: 'aborted' }

type Columns = Partial<{
  state: 'delivered' | 'failed'
  tries: number
  error: string | null
  due_at: string
  done_at: string
}>

/** Ends the lease with the given columns. Leaves the row alone if another process has it by now. */
async function endLease(tx: Tx, delivery: LeasedDelivery, columns: Columns): Promise<void> {
  await tx
    .updateTable('webhook_delivery')
    .set({ ...columns, leased_until: null })
    .where('event', '=', delivery.message.id)
    .where('webhook', '=', delivery.webhook.id)
    .where('state', '=', 'due')
    .where('leased_until', '=', delivery.until)
    .execute()
}

/** Disables the webhook. Its due deliveries fail. */
async function disable(tx: Tx, { webhook }: LeasedDelivery, time: string): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('webhook')
    .set({ disabled_at: time })
    .where('id', '=', webhook.id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return
  await tx
    .updateTable('webhook_delivery')
    .set({ state: 'failed', error: 'HTTP 410', leased_until: null, done_at: time })
    .where('webhook', '=', webhook.id)
    .where('state', '=', 'due')
    .execute()
  const tenant = webhook.tenant === everyTenant ? null : webhook.tenant
  const line = { action: 'webhook.disable', tenant, outcome: 'HTTP 410', subject: webhook.id } as const
  const sender = { name: 'notices', requestId: `notices-${crypto.randomUUID()}` }
  await appendAudit(tx, [lineBy(sender, line, Date.parse(time))])
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
