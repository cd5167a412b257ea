/** The common part of all changes of a tenant: audit line, revision, and the fleet's invalidation. */
import { appendAudit } from '../../audit/chain.ts'
import type { AuditLine } from '../../contract/audit.ts'
import type { Tx } from '../../database/database.ts'

/** Delay of invalidations: longer than the interval at which other processes notice a change, so that the fleet asks for the new state. */
const invalidateAfterMs = 1500

/** Notes a change of a tenant: writes the line, raises the revision, and invalidates its hosts and `oldHosts` at the fleet. */
export async function touch(
  tx: Tx,
  tenant: string,
  line: AuditLine,
  oldHosts: readonly string[] = [],
): Promise<void> {
  await appendAudit(tx, [line])
  await tx
    .updateTable('tenant')
    .set({ revision: await newRevision(tx) })
    .where('name', '=', tenant)
    .execute()
  const rows = await tx.selectFrom('domain').select('host').where('tenant', '=', tenant).execute()
  await invalidate(tx, new Set([...rows.map(({ host }) => host), ...oldHosts]))
}

/** Returns the next revision of the fleet. Changes happen one after the other, so it is unique. */
export async function newRevision(tx: Tx): Promise<number> {
  const row = await tx
    .selectFrom('tenant')
    .select((eb) => eb.fn.max('revision').as('last'))
    .executeTakeFirst()
  return Number(row?.last ?? 0) + 1
}

/** Lets the fleet ask about the hosts again. */
export async function invalidate(tx: Tx, hosts: ReadonlySet<string>): Promise<void> {
  if (hosts.size === 0) return
  const change = crypto.randomUUID()
  const due_at = new Date(Date.now() + invalidateAfterMs).toISOString()
  const fresh = { change, due_at, tries: 0, leased_until: null }
  await tx
    .insertInto('invalidation')
    .values([...hosts].map((host) => ({ host, ...fresh })))
    .onConflict((conflict) => conflict.column('host').doUpdateSet(fresh))
    .execute()
}
