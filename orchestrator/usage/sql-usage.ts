/** Usage events in the database: each counted once, with a sum per tenant, day and metric. */
import { appendAudit } from '../audit/chain.ts'
import type { UsageStore } from '../contract/ports.ts'
import type { Database, Tx } from '../database/database.ts'
import { warnOfBudget } from './budget.ts'

/** Upper bound on the sum of a day, so that the sum of a month stays a safe integer. */
const maxOfDay = 1e14

/** Creates the store. Event, sum and audit line are one transaction. */
export function createSqlUsage(database: Database, now: () => number = Date.now): UsageStore {
  return {
    count: (tenant, event, note) =>
      database.change(async (tx) => {
        const { idempotency_key: key, metric, quantity, unit, occurred_at } = event
        const { numInsertedOrUpdatedRows: inserted } = await tx
          .insertInto('usage_event')
          .values({ tenant, key, metric, quantity, unit, occurred_at, at: new Date(now()).toISOString() })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
        const outcome = inserted === 1n ? 'counted' : 'repeated'
        if (outcome === 'counted') {
          await addToDay(tx, { tenant, day: dayOf(occurred_at), metric, quantity })
          if (metric === 'ai_tokens') await warnOfBudget(tx, tenant, now())
        }
        await appendAudit(tx, [note(outcome)])
        return outcome
      }),
  }
}

async function addToDay(
  tx: Tx,
  usage: { tenant: string; day: string; metric: string; quantity: number },
): Promise<void> {
  const quantity = Math.min(usage.quantity, maxOfDay)
  await tx
    .insertInto('usage_day')
    .values({ ...usage, quantity })
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'day', 'metric']).doUpdateSet((eb) => ({
        quantity: eb
          .case()
          .when('usage_day.quantity', '>', maxOfDay - quantity)
          .then(maxOfDay)
          .else(eb('usage_day.quantity', '+', quantity))
          .end(),
      })),
    )
    .execute()
}

/** Returns the day in UTC, as `2026-12-01`. */
function dayOf(time: string): string {
  return new Date(time).toISOString().slice(0, 10)
}
