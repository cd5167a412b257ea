/** Removes old events and deliveries in bounded steps. */
import type { Database } from '../database/database.ts'

const dayMs = 24 * 60 * 60 * 1000
const keptMs = 30 * dayMs
/** Upper bound on removed rows of each table per step, so that a step never holds up other changes. */
const maxRows = 500

/**
 * Removes deliveries that were done 30 days ago, and events of that age without deliveries. Returns true if more rows may be left.
 */
export async function sweepEvents(database: Database, now: number): Promise<boolean> {
  const time = new Date(now - keptMs).toISOString()
  if (!(await hasOld(database, time))) return false
  return database.change(async (tx) => {
    const deliveries = await tx
      .selectFrom('webhook_delivery')
      .select(['event', 'webhook'])
      .where('done_at', '<', time)
      .limit(maxRows)
      .execute()
    for (const { event, webhook } of deliveries)
      await tx
        .deleteFrom('webhook_delivery')
        .where('event', '=', event)
        .where('webhook', '=', webhook)
        .execute()
    const events = await oldEvents(tx, time).limit(maxRows).execute()
    const ids = events.map(({ id }) => id)
    if (ids.length > 0) await tx.deleteFrom('event').where('id', 'in', ids).execute()
    return deliveries.length === maxRows || events.length === maxRows
  })
}

async function hasOld({ read }: Database, time: string): Promise<boolean> {
  const delivery = await read
    .selectFrom('webhook_delivery')
    .select('event')
    .where('done_at', '<', time)
    .limit(1)
    .executeTakeFirst()
  return delivery !== undefined || (await oldEvents(read, time).limit(1).executeTakeFirst()) !== undefined
}

/** Selects old events that no delivery refers to. */
function oldEvents(reads: Pick<Database['read'], 'selectFrom'>, time: string) {
  return reads
    .selectFrom('event')
    .select('id')
    .where('at', '<', time)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('webhook_delivery')
            .select('webhook')
            .whereRef('webhook_delivery.event', '=', 'event.id'),
        ),
      ),
    )
}
