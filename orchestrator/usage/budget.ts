/** Budget of a tenant: AI tokens per calendar month (UTC). */
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'

type Reads = Pick<Kysely<Tables>, 'selectFrom'>

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

/** Returns the AI tokens that the tenant has used this month. */
export async function usedThisMonth(read: Reads, tenant: string, now: number): Promise<number> {
  const month = new Date(now).toISOString().slice(0, 7)
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
