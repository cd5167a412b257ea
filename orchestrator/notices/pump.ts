/** Loop of a serving process that sends due rows of an outbox, a bounded number at once. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Rows that wait to be sent. */
export interface Outlet<Row> {
  /** Leases at most `count` due rows, so that no other process sends them meanwhile. */
  lease(count: number): Promise<readonly Row[]>
  /** Sends a leased row and notes the outcome. An aborted call releases the row. */
  deliver(row: Row, signal: AbortSignal): Promise<void>
}

export interface PumpOptions<Row> {
  outlet: Outlet<Row>
  /** Upper bound on rows that are sent at once. */
  parallel: number
  /** Interval between two looks for due rows. */
  pauseMs: number
  /** Called if the database fails. The rows stay, and are leased again later. */
  onError(error: unknown): void
  /** Time that running calls get at the end, before they are aborted. Default 2000. */
  drainMs?: number
}

export interface Pump {
  /** Stops leasing. Resolves when no call runs any more. */
  close(): Promise<void>
}

/** Time in which finished calls gather, so that one lease serves all of them. */
const gatherMs = 10

/** Starts the loop. */
export function startPump<Row>(options: PumpOptions<Row>): Pump {
  const { outlet, parallel, pauseMs, onError, drainMs = 2000 } = options
  const stopping = new AbortController()
  const aborting = new AbortController()
  const running = new Set<Promise<void>>()

  function begin(row: Row): void {
    const job = outlet
      .deliver(row, aborting.signal)
      .catch(onError)
      .finally(() => running.delete(job))
    running.add(job)
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const free = parallel - running.size
      const rows = free > 0 ? await leased(free) : []
      for (const row of rows) begin(row)
      // A finished call frees a slot, and its receiver may take the next row.
      if (running.size >= parallel) await Promise.race(running)
      else await pauseUntil(running)
      // Calls often finish together. One lease then fills all their slots.
      await sleep(gatherMs)
    }
  }

  /** Waits for the interval, or until a call finishes or the pump stops. */
  async function pauseUntil(calls: ReadonlySet<Promise<void>>): Promise<void> {
    const woken = new AbortController()
    const signal = AbortSignal.any([stopping.signal, woken.signal])
    await Promise.race([sleep(pauseMs, undefined, { signal }).catch(() => undefined), ...calls])
    woken.abort()
  }

  async function leased(count: number): Promise<readonly Row[]> {
    try {
      return await outlet.lease(count)
    } catch (error) {
      onError(error)
      return []
    }
  }

  const ended = run()
  return {
    async close() {
      stopping.abort()
      const cut = setTimeout(() => aborting.abort(), drainMs)
      await ended
      await Promise.all(running)
      clearTimeout(cut)
    },
  }
}
