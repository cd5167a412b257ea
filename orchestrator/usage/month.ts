/** Usage of a tenant in a calendar month (UTC). */
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'

export interface MonthOfUsage {
  /** Sums of the month by metric. */
  totals: Record<string, number>
  /** Sums of each day with usage, oldest first. */
  days: { day: string; metric: string; quantity: number }[]
}

/** Reads the daily sums of a month, as `2026-12`. */
export async function usageOf(
  read: Pick<Kysely<Tables>, 'selectFrom'>,
  tenant: string,
  month: string,
): Promise<MonthOfUsage> {
  const days = await read
    .selectFrom('usage_day')
    .select(['day', 'metric', 'quantity'])
    .where('tenant', '=', tenant)
    .where('day', '>=', `${month}-01`)
    .where('day', '<=', `${month}-31`)
    .orderBy('day')
    .orderBy('metric')
    .execute()
  const totals: Record<string, number> = {}
  for (const { metric, quantity } of days) totals[metric] = (totals[metric] ?? 0) + quantity
  return { totals, days }
}
