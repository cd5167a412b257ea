/** `usage`: prints what a tenant used in a month, and its budget. */
import type { Command } from 'commander'
import { tenantRow } from '../registry/sql/tenant-rows.ts'
import { usageOf } from '../usage/month.ts'
import { type CommandContext, printJson, UsageError, withStore } from './context.ts'
import { tenantArgument } from './input.ts'

/** Adds the command. */
export function addUsage(program: Command, context: CommandContext): void {
  program
    .command('usage')
    .description("prints the daily sums of a tenant's month, and its budget")
    .argument('<tenant>')
    .option('--month <month>', 'as 2026-12, in UTC; default: this month')
    .action((tenant: string, options: { month?: string }) => usage(context, tenant, options))
}

async function usage(context: CommandContext, name: string, options: { month?: string }): Promise<void> {
  const tenant = tenantArgument(name)
  const { month = new Date().toISOString().slice(0, 7) } = options
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new UsageError('--month must be a month, as 2026-12.')
  const found = await withStore(context, ({ database }) =>
    database.snapshot(async (tx) => {
      const { ai_budget } = await tenantRow(tx, tenant)
      return { tenant, month, ai_budget, ...(await usageOf(tx, tenant, month)) }
    }),
  )
  printJson(context, found)
}
