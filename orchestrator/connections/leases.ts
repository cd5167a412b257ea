/** Leases of due connections: a process checks only connections whose lease it holds. */
import type { Selectable } from 'kysely'
import type { Database, Tx } from '../database/database.ts'
import type { ConnectionTable } from '../database/people-tables.ts'
import type { Reads } from '../registry/sql/configurations.ts'

export type ConnectionRow = Selectable<ConnectionTable>
/** Connection that this process may check until `leased_until`. */
export type LeasedConnection = ConnectionRow & { lease: string; leased_until: string }

/** Length of a lease, longer than the calls of a check. */
export const leaseMs = 60_000
/** Jumps of the clock that change nothing: clocks of processes differ a little. */
const skewMs = 5 * 60_000

export interface DueOptions {
  /** Upper bound on connections of each provider. */
  free: ReadonlyMap<string, number>
  /** Upper bound on connections of all providers. */
  count: number
  now: number
}

/** Leases due connections of these providers, the longest due first. */
export async function leaseDue(
  database: Database,
  { free, count, now }: DueOptions,
): Promise<LeasedConnection[]> {
  const providers = [...free].flatMap(([provider, slots]) => (slots > 0 ? [provider] : []))
  if (providers.length === 0 || (await due(database.read, providers, now).limit(1).execute()).length === 0)
    return []
  const leased_until = timeOf(now + leaseMs)
  return database.change(async (tx) => {
    const rows = withinSlots(await due(tx, providers, now).limit(count).execute(), free)
    const leased = rows.map((row) => ({ ...row, lease: crypto.randomUUID(), leased_until }))
    for (const { tenant, ref, lease } of leased)
      await tx
        .updateTable('connection')
        .set({ lease, leased_until })
        .where('tenant', '=', tenant)
        .where('ref', '=', ref)
        .execute()
    return leased
  })
}

/** Drops rows of providers without a free slot. They come again as soon as a slot is free. */
function withinSlots(rows: readonly ConnectionRow[], free: DueOptions['free']): ConnectionRow[] {
  const left = new Map(free)
  return rows.filter(({ provider }) => {
    const slots = left.get(provider) ?? 0
    left.set(provider, slots - 1)
    return slots > 0
  })
}

/** Makes connections due that were checked in the future: the clock was set back since. */
export async function healTimes(database: Database, now: number): Promise<void> {
  const { due_at, future } = { due_at: timeOf(now), future: timeOf(now + skewMs) }
  const some = database.read.selectFrom('connection').select('ref').where('checked_at', '>', future)
  if (!(await some.where('due_at', '>', due_at).limit(1).executeTakeFirst())) return
  await database.change((tx) =>
    tx
      .updateTable('connection')
      .set({ due_at })
      .where('checked_at', '>', future)
      .where('due_at', '>', due_at)
      .execute(),
  )
}

/** Selects due connections without a valid lease. After the clock was set back, a lease beyond any lease counts as ended. */
export function due(read: Reads, providers: readonly string[], now: number) {
  const time = timeOf(now)
  return read
    .selectFrom('connection')
    .selectAll()
    .where('provider', 'in', [...providers])
    .where('broken_at', 'is', null)
    .where('due_at', '<=', time)
    .where((eb) =>
      eb.or([
        eb('leased_until', 'is', null),
        eb('leased_until', '<=', time),
        eb('leased_until', '>', timeOf(now + leaseMs + skewMs)),
      ]),
    )
    .orderBy('due_at')
}

/** Reads the connection within a change if the lease still holds. */
export async function heldRow(
  tx: Tx,
  { tenant, ref, lease }: LeasedConnection,
): Promise<ConnectionRow | undefined> {
  return tx
    .selectFrom('connection')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .where('lease', '=', lease)
    .executeTakeFirst()
}

/** Changes the connection and ends its lease. */
export async function endLease(
  tx: Tx,
  { tenant, ref }: Pick<ConnectionRow, 'tenant' | 'ref'>,
  columns: Partial<ConnectionRow>,
): Promise<void> {
  await tx
    .updateTable('connection')
    .set({ ...columns, lease: null, leased_until: null })
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .execute()
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
