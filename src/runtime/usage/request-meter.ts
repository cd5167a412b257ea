/** Counts the storage requests of tenants whose requests are billed, and reports them in batches. */
import type { Tenant } from '../../contract/host.ts'
import type { UsageEvent } from '../../ports/config-source.ts'

export interface RequestMeter {
  /** Counts one request. Costs no network call. */
  count(tenant: Tenant): void
  /**
   * Reports all counts, one report per tenant. Resolves when no count is left, or after a failed report. Never rejects. Call when a process
   * ends; on Workers also after each request.
   */
  flush(): Promise<void>
}

export interface RequestMeterOptions {
  /** Reports one event and retries where safe. Rejects if the report was not accepted. */
  report(event: UsageEvent): Promise<void>
  /** Receives the error of a lost report. */
  onLost(tenant: Tenant, error: unknown): void
  /** Runs work later. Absent on Workers, where only {@link RequestMeter.flush} reports. */
  runLater?: ((work: () => void, ms: number) => void) | undefined
  /** Milliseconds since 1970. */
  now: () => number
}

/** Longest time that a count waits while the orchestrator accepts reports. */
const batchMs = 60_000
/** Count of one tenant that is reported at once. */
const batchRequests = 500
/** Reports that run at the same time. */
const lanes = 4

/**
 * Creates the meter of one process. Memory holds one number per tenant, however long the orchestrator is away. A report that fails after
 * the retries of the source is lost, because a repetition under another key could bill twice. Counts of a killed process are lost too.
 */
export function createRequestMeter({ report, onLost, runLater, now }: RequestMeterOptions): RequestMeter {
  const counts = new Map<Tenant, number>()
  let running: Promise<void> | undefined
  let isPlanned = false
  /** True after a failed report, until the next planned series: busy tenants must not lose report after report. */
  let isPatient = false

  /** Reports the count of the tenant. Returns false if the report failed. */
  async function send(tenant: Tenant): Promise<boolean> {
    const quantity = counts.get(tenant)
    if (quantity === undefined) return true
    counts.delete(tenant)
    const idempotencyKey = crypto.randomUUID()
    const occurredAt = new Date(now())
    try {
      await report({ tenant, metric: 'storage_ops_requests', quantity, idempotencyKey, occurredAt })
      return true
    } catch (error) {
      isPatient = true
      onLost(tenant, error)
      return false
    }
  }

  /** Reports all present counts. A failed report ends its lane, so that an outage costs few counts. */
  async function sendAll(): Promise<void> {
    const tenants = [...counts.keys()]
    const lane = async () => {
      for (let tenant = tenants.pop(); tenant !== undefined; tenant = tenants.pop()) {
        if (!(await send(tenant))) return
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }

  function begin(): void {
    running ??= sendAll().finally(() => {
      running = undefined
      if (counts.size > 0) plan()
    })
  }

  function plan(): void {
    if (isPlanned || !runLater) return
    isPlanned = true
    runLater(() => {
      isPlanned = false
      isPatient = false
      begin()
    }, batchMs)
  }

  return {
    count(tenant) {
      const quantity = (counts.get(tenant) ?? 0) + 1
      counts.set(tenant, quantity)
      if (quantity >= batchRequests && runLater && !isPatient) begin()
      else plan()
    },
    async flush() {
      // On Workers, `running` is never set: a request must not await the work of another request.
      await running
      if (counts.size > 0) await sendAll()
    },
  }
}
