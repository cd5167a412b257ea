/** Events in an outbox: written in the transaction of the change that they tell about, delivered later. */
import type { Tx } from '../database/database.ts'

export const eventTypes = [
  'post.published',
  'post.failed',
  'post.unknown',
  'post.missed',
  'connection.expiring',
  'connection.broken',
  'queue.low',
  'budget.warning',
  'config.published',
] as const
export type EventType = (typeof eventTypes)[number]

/** Events that people get by mail. */
export const mailedTypes = ['connection.expiring', 'connection.broken', 'budget.warning'] as const
export type MailedType = (typeof mailedTypes)[number]

/** Checks for an event that people get by mail. */
export function isMailed(type: string): type is MailedType {
  return mailedTypes.some((mailed) => mailed === type)
}

export interface NewEvent {
  tenant: string
  type: EventType
  /** Facts for the receiver, without any secret. */
  data: Readonly<Record<string, string | number | null>>
}

/** Tenant of webhooks that receive the events of all tenants. */
export const everyTenant = '*'

/** Adds the event, and one delivery for each webhook that wants it. */
export async function addEvent(tx: Tx, { tenant, type, data }: NewEvent, now = Date.now()): Promise<void> {
  const webhooks = await tx
    .selectFrom('webhook')
    .select(['id', 'types'])
    .where('tenant', 'in', [tenant, everyTenant])
    .where('disabled_at', 'is', null)
    .execute()
  const wanting = webhooks.filter(({ types }) => types === '' || types.split(',').includes(type))
  const id = `evt_${crypto.randomUUID()}`
  const at = new Date(now).toISOString()
  await tx
    .insertInto('event')
    .values({ id, tenant, type, data: JSON.stringify(data), at })
    .execute()
  if (isMailed(type)) await tx.insertInto('notice_mail').values({ event: id, tries: 0, due_at: at }).execute()
  if (wanting.length === 0) return
  const due = { state: 'due', tries: 0, due_at: at, leased_until: null, error: null } as const
  await tx
    .insertInto('webhook_delivery')
    .values(wanting.map((webhook) => ({ event: id, webhook: webhook.id, ...due })))
    .execute()
}
