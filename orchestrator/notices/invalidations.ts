/** Invalidations of hosts: the outlet that tells the fleet about changes. */
import type { Database, Tx } from '../database/database.ts'
import type { CallFleet } from './fleet-call.ts'
import { groupChanges } from './grouped-changes.ts'
import type { Outlet } from './pump.ts'
import { invalidationDelayMs } from './retry-times.ts'

export interface InvalidationsOptions {
  database: Database
  /** `undefined` without an address or a token: rows are removed unsent. */
  call: CallFleet | undefined
  now?: () => number
  /** Timeout of one call. Default 5000. */
  timeoutMs?: number
  /** Tells operators, without any secret. */
  warn(text: string): void
}

export interface InvalidationRow {
  host: string
  change: string
  tries: number
  /** End of this process's lease. */
  until: string
}

/** Length of a lease, longer than a call. */
const leaseMs = 30_000
/** Tries after which a lasting refusal counts as final. */
const maxRefusals = 4

/** Creates the outlet. A host that changes during a call is sent again. */
export function createInvalidations(options: InvalidationsOptions): Outlet<InvalidationRow> {
  const { database, call, now = Date.now, timeoutMs = 5000, warn } = options
  const time = (ms = 0) => new Date(now() + ms).toISOString()
  const tell = onChangeOnly(warn)
  const change = groupChanges(database)

  async function settle(row: InvalidationRow, failure: string | undefined, isFinal: boolean): Promise<void> {
    const tries = row.tries + 1
    const delay = isFinal ? undefined : invalidationDelayMs(tries)
    if (failure === undefined) tell(undefined)
    else if (delay === undefined) warn(`The fleet was not told about a change of ${row.host}: ${failure}.`)
    else tell(`The fleet cannot be told about changes, and is called again: ${failure}.`)
    await change((tx) =>
      failure === undefined || delay === undefined
        ? remove(tx, row)
        : keep(tx, row, { tries, due_at: time(delay) }),
    )
  }

  return {
    async lease(count) {
      if (!(await hasDue(database, time()))) return []
      if (call === undefined) {
        tell(
          'FLEET_URL or ORCHESTRATOR_SERVICE_TOKEN is not set, so the fleet learns of changes by the TTL only.',
        )
        await database.change((tx) => tx.deleteFrom('invalidation').execute())
        return []
      }
      return database.change((tx) => leaseRows(tx, count, time(), time(leaseMs)))
    },

    async deliver(row, signal) {
      if (call === undefined) return
      let status: number
      try {
        status = await call(row.host, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
      } catch (error) {
        const release = { tries: row.tries, due_at: time() }
        if (signal.aborted) await change((tx) => keep(tx, row, release))
        else await settle(row, reasonOf(error), false)
        return
      }
      const isDone = status >= 200 && status < 300
      const isFinal = row.tries + 1 >= maxRefusals && isRefusal(status)
      await settle(row, isDone ? undefined : `it answers ${status}`, isFinal)
    },
  }
}

async function hasDue({ read }: Database, time: string): Promise<boolean> {
  return (await due(read, time).select('host').limit(1).executeTakeFirst()) !== undefined
}

function due(reads: Pick<Tx, 'selectFrom'>, time: string) {
  return reads
    .selectFrom('invalidation')
    .where('due_at', '<=', time)
    .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<=', time)]))
}

async function leaseRows(tx: Tx, count: number, time: string, until: string): Promise<InvalidationRow[]> {
  const rows = await due(tx, time)
    .select(['host', 'change', 'tries'])
    .orderBy('due_at')
    .limit(count)
    .execute()
  const hosts = rows.map(({ host }) => host)
  if (hosts.length > 0)
    await tx.updateTable('invalidation').set({ leased_until: until }).where('host', 'in', hosts).execute()
  return rows.map((row) => ({ ...row, until }))
}

/** Removes the row unless the host changed meanwhile. */
async function remove(tx: Tx, { host, change }: InvalidationRow): Promise<void> {
  await tx.deleteFrom('invalidation').where('host', '=', host).where('change', '=', change).execute()
}

/** Ends the lease. Leaves the row alone if another process has it by now. */
async function keep(tx: Tx, row: InvalidationRow, next: { tries: number; due_at: string }): Promise<void> {
  await tx
    .updateTable('invalidation')
    .set({ ...next, leased_until: null })
    .where('host', '=', row.host)
    .where('change', '=', row.change)
    .where('leased_until', '=', row.until)
    .execute()
}

/** Checks for a status that another try hardly changes. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** Returns the kind of a failed call. Messages may hold addresses. */
function reasonOf(error: unknown): string {
  const isTimeout = error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name)
  return isTimeout ? 'it does not answer in time' : 'it cannot be reached'
}

/** Passes a text on if it differs from the last. `undefined` stands for success. */
function onChangeOnly(warn: (text: string) => void): (text: string | undefined) => void {
  let last: string | undefined
  return (text) => {
    if (text !== undefined && text !== last) warn(text)
    last = text
  }
}
