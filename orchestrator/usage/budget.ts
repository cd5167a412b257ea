/** Budget of a tenant: AI tokens per calendar month (UTC). */
import type { Kysely } from 'kysely'
import type { Tx } from '../database/database.ts'
import type { Tables } from '../database/tables.ts'
import { addEvent } from '../notices/outbox.ts'

type Reads = Pick<Kysely<Tables>, 'selectFrom'>

/** Share of the budget at which its tenant is warned. */
const warnAt = 0.8

/** Checks if the tenant has used its whole budget of this month. */
export async function isOverBudget(read: Reads, tenant: string, now: number): Promise<boolean> {
  const row = await read
    .selectFrom('tenant')
    .select('ai_budget')
    .where('name', '=', tenant)
    .executeTakeFirst()
  if (row === undefined || row.ai_budget === null) return false
  return (await usedThisMonth(read, tenant, now)) >= row.ai_budget
}

/** Adds the event `budget.warning` once per month, when 80 % of the budget is used. */
export async function warnOfBudget(tx: Tx, tenant: string, now: number): Promise<void> {
  const month = monthOf(now)
  const row = await tx
    .selectFrom('tenant')
    .select(['ai_budget', 'budget_warned'])
    .where('name', '=', tenant)
    .executeTakeFirst()
  if (!row || row.ai_budget === null || row.budget_warned === month) return
  const used = await usedThisMonth(tx, tenant, now)
  if (used < row.ai_budget * warnAt) return
  await tx.updateTable('tenant').set({ budget_warned: month }).where('name', '=', tenant).execute()
  const data = { month, used, budget: row.ai_budget }
  await addEvent(tx, { tenant, type: 'budget.warning', data }, now)
}

/** Returns the AI tokens that the tenant has used this month. */
export async function usedThisMonth(read: Reads, tenant: string, now: number): Promise<number> {
  const month = monthOf(now)
  const row = await read
    .selectFrom('usage_day')
    .select((eb) => eb.fn.sum('quantity').as('used'))
    .where('tenant', '=', tenant)
    .where('metric', '=', 'ai_tokens')
    .where('day', '>=', `${month}-01`)
    .where('day', '<=', `${month}-31`)
    .executeTakeFirst()
  return Number(row?.used ?? 0)
}

/** Returns the month in UTC, as `2026-12`. */
function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7)
}
