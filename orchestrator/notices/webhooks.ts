/** Creates, lists and deletes webhooks, and repeats deliveries. */
import { randomBytes } from 'node:crypto'
import { assertPublicEndpoint } from '../../src/base/endpoint-guard.ts'
import { isPublisherError } from '../../src/base/errors.ts'
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import type { Database, Tx } from '../database/database.ts'
import { Refused } from '../registry/sql/refusals.ts'
import type { Envelope, SealedPlace } from '../secrets/envelope.ts'
import { type EventType, everyTenant } from './outbox.ts'

export interface NewWebhook {
  /** {@link everyTenant} for the events of all tenants. */
  tenant: string
  url: string
  /** Empty: all types. */
  types: readonly EventType[]
  /** Upper bound on the webhooks of the tenant. Default: none. */
  limit?: number
}

/** Thrown if the tenant has as many webhooks as it may have. */
export class TooManyWebhooks extends Refused {
  override readonly name = 'TooManyWebhooks'
}

export interface CreatedWebhook {
  id: string
  /** Signing secret, which is stored sealed and never shown again. */
  secret: string
}

/** Longest accepted address. */
const maxUrlLength = 2000
/** Bytes of a signing secret. The specification wants 24 to 64. */
const secretBytes = 32

/** Creates a webhook. Throws {@link Refused} for an unknown tenant, and for an address that is not on the public internet. */
export async function createWebhook(
  { database, envelope, allowPrivate }: { database: Database; envelope: Envelope; allowPrivate: boolean },
  { tenant, url, types, limit = Number.POSITIVE_INFINITY }: NewWebhook,
  actor: Actor,
): Promise<CreatedWebhook> {
  checkUrl(url, allowPrivate)
  const id = `wh_${crypto.randomUUID()}`
  const secret = `whsec_${randomBytes(secretBytes).toString('base64')}`
  await database.change(async (tx) => {
    if (tenant !== everyTenant) await assertTenant(tx, tenant)
    await assertFewer(tx, tenant, limit)
    const sealed = await envelope.seal(tx, placeOfSecret({ id, tenant }), secret)
    await tx
      .insertInto('webhook')
      .values({
        id,
        tenant,
        url,
        secret: sealed.value,
        data_key: sealed.data_key,
        types: types.join(','),
        at: new Date().toISOString(),
        disabled_at: null,
      })
      .execute()
    await note(tx, actor, { action: 'webhook.create', tenant, outcome: 'created', subject: id })
  })
  return { id, secret }
}

/** Lists the webhooks without their secrets, oldest first: all, or those of a tenant. */
export async function listWebhooks({ read }: Database, tenant?: string) {
  const all = read
    .selectFrom('webhook')
    .select(['id', 'tenant', 'url', 'types', 'at', 'disabled_at'])
    .orderBy('at')
    .orderBy('id')
  const rows = await (tenant === undefined ? all : all.where('tenant', '=', tenant)).execute()
  return rows.map((row) => ({ ...row, types: row.types === '' ? [] : row.types.split(',') }))
}

/** Deletes a webhook with its deliveries. Throws {@link Refused} if it is unknown, or of another tenant than `owner`. */
export function deleteWebhook(database: Database, id: string, actor: Actor, owner?: string): Promise<void> {
  return database.change(async (tx) => {
    const { tenant } = await webhookOf(tx, id)
    if (owner !== undefined && tenant !== owner) throw unknownWebhook(id)
    await tx.deleteFrom('webhook').where('id', '=', id).execute()
    await note(tx, actor, { action: 'webhook.delete', tenant, outcome: 'deleted', subject: id })
  })
}

/** Upper bound on listed deliveries. */
const maxListed = 1000

/** Lists the newest deliveries without the data of their events. */
export function listDeliveries({ read }: Database, state?: DeliveryState) {
  const all = read
    .selectFrom('webhook_delivery as delivery')
    .innerJoin('event', 'event.id', 'delivery.event')
    .select(['delivery.event', 'delivery.webhook', 'event.type', 'event.tenant', 'event.at'])
    .select(['delivery.state', 'delivery.tries', 'delivery.due_at', 'delivery.error', 'delivery.done_at'])
    .orderBy('event.at', 'desc')
    .orderBy('delivery.event')
    .orderBy('delivery.webhook')
    .limit(maxListed)
  return (state === undefined ? all : all.where('delivery.state', '=', state)).execute()
}

export const deliveryStates = ['due', 'delivered', 'failed'] as const
export type DeliveryState = (typeof deliveryStates)[number]

/** Makes a delivery due now, with all tries. Throws {@link Refused} if it is unknown or its webhook is disabled. */
export function retryDelivery(
  database: Database,
  { event, webhook }: { event: string; webhook: string },
  actor: Actor,
): Promise<void> {
  return database.change(async (tx) => {
    const { tenant, disabled_at } = await webhookOf(tx, webhook)
    if (disabled_at !== null)
      throw new Refused(`${webhook} is disabled: its receiver answered 410. Create a new webhook.`)
    const due = { state: 'due', tries: 0, due_at: new Date().toISOString() } as const
    const { numUpdatedRows } = await tx
      .updateTable('webhook_delivery')
      .set({ ...due, leased_until: null, error: null, done_at: null })
      .where('event', '=', event)
      .where('webhook', '=', webhook)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new Refused(`${webhook} has no delivery of ${event}.`)
    await note(tx, actor, { action: 'webhook.retry', tenant, outcome: event, subject: webhook })
  })
}

/** Returns the place of a webhook's signing secret. */
export function placeOfSecret({ id, tenant }: { id: string; tenant: string }): SealedPlace {
  return { tenant, ref: `webhook/${id}`, provider: 'webhook' }
}

function checkUrl(url: string, allowPrivate: boolean): void {
  if (url.length > maxUrlLength) throw new Refused(`--url may have ${maxUrlLength} characters at most.`)
  try {
    assertPublicEndpoint(url, { allowPrivate })
  } catch (error) {
    if (!isPublisherError(error, 'endpoint_refused')) throw error
    throw new Refused(
      'The address of a webhook must start with https://, without a password, and be on the public internet.',
    )
  }
}

async function assertTenant(tx: Tx, tenant: string): Promise<void> {
  const known = await tx.selectFrom('tenant').select('name').where('name', '=', tenant).executeTakeFirst()
  if (!known) throw new Refused(`No tenant has the name ${tenant}.`)
}

async function assertFewer(tx: Tx, tenant: string, limit: number): Promise<void> {
  if (limit === Number.POSITIVE_INFINITY) return
  const row = await tx
    .selectFrom('webhook')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('tenant', '=', tenant)
    .executeTakeFirst()
  if (Number(row?.count) >= limit) throw new TooManyWebhooks(`A tenant may have ${limit} webhooks.`)
}

async function webhookOf(tx: Tx, id: string): Promise<{ tenant: string; disabled_at: string | null }> {
  const row = await tx
    .selectFrom('webhook')
    .select(['tenant', 'disabled_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw unknownWebhook(id)
  return row
}

function unknownWebhook(id: string): Refused {
  return new Refused(`No webhook has the ID ${id}.`)
}

/** Writes the audit line. Acts on the whole fleet name no tenant. */
async function note(
  tx: Tx,
  actor: Actor,
  entry: {
    action: `webhook.${'create' | 'delete' | 'retry'}`
    tenant: string
    outcome: string
    subject: string
  },
): Promise<void> {
  const tenant = entry.tenant === everyTenant ? null : entry.tenant
  await appendAudit(tx, [lineBy(actor, { ...entry, tenant })])
}
