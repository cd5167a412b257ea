/** Adapts a restored state to the processes of today: leases, revisions, and what the fleet remembers. */
import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import { invalidate } from '../registry/sql/touch.ts'
import type { Table } from './schema.ts'

/** Hosts per statement. */
const hostsPerInsert = 500

/**
 * Ends the leases, because their holders are gone. Ends the sessions of operators and the attempts to connect, which may have ended after
 * the backup. Raises all revisions above those that any process has seen. Invalidates all hosts at the fleet, which may know newer states
 * than the backup.
 */
export async function settleRestored(tx: Tx, tables: readonly Table[], now = Date.now()): Promise<void> {
  for (const { name, columns } of tables) {
    if (columns.some((column) => column.name === 'leased_until'))
      await sql`update ${sql.table(name)} set leased_until = null where leased_until is not null`.execute(tx)
  }
  await endOlder(tx, now)
  await raiseRevisions(tx, now)
  const hosts = await tx.selectFrom('domain').select('host').execute()
  for (let at = 0; at < hosts.length; at += hostsPerInsert)
    await invalidate(tx, new Set(hosts.slice(at, at + hostsPerInsert).map(({ host }) => host)))
}

/** Ends what a person ended after the backup perhaps, and what costs a person one more sign-in at most. */
async function endOlder(tx: Tx, now: number): Promise<void> {
  await tx
    .updateTable('operator')
    .set({ sessions_from: new Date(now).toISOString() })
    .execute()
  await tx.deleteFrom('connection_attempt').execute()
}

/**
 * Moves all revisions behind the number of seconds since 1970. A fleet makes less than one change per second on average, so no process has
 * seen such a revision before.
 */
async function raiseRevisions(tx: Tx, now: number): Promise<void> {
  const row = await tx
    .selectFrom('tenant')
    .select((eb) => [eb.fn.min('revision').as('first'), eb.fn.max('revision').as('last')])
    .executeTakeFirst()
  const [first, last] = [Number(row?.first ?? 0), Number(row?.last ?? 0)]
  const raise = Math.max(last, Math.floor(now / 1000)) + 1 - first
  await tx
    .updateTable('tenant')
    .set((eb) => ({ revision: eb('revision', '+', raise) }))
    .execute()
}
