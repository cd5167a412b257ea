/** Layers of the pipeline: metrics and spans, deadline, circuit breaker, limit on concurrent calls. */
import type { ErrorDetails, PublisherError } from '../../base/errors.ts'
import { within } from '../../base/time.ts'
import type { Tenant } from '../../contract/host.ts'
import { type Acquire, createAcquire } from '../limits/acquire.ts'
import type { FairnessObserver, Queue } from '../limits/observer.ts'
import type { Observe } from './observe.ts'
import type { CallTable, Layer } from './pipeline.ts'
import { createWatch, type Watch } from './watch.ts'

/** Context of one tenant's calls to one vendor. */
export interface VendorCallContext {
  /** Name in metrics, spans and log. */
  vendor: string
  tenant: Tenant
  /** Milliseconds since 1970. */
  now: () => number
  /** Receives refused calls and state changes of breakers. */
  observer: FairnessObserver
  observe: Observe
}

/**
 * Treatment of a method by limits and breaker. They cannot see which operation a call finishes, so the method decides.
 * - `read` changes nothing. Refused while the vendor is down, and aborted at its deadline. Throws `busy` if no slot becomes free.
 * - `begin` starts a change. Refused like `read`, but never aborted once it has begun. Has priority over `read`.
 * - `change` may finish a longer operation. Waits for its slot, and runs even if the vendor seems down.
 * - `settle` must always be tried. Runs at once, without a slot.
 */
export type CallKind = 'read' | 'begin' | 'change' | 'settle'

export interface Limited {
  kind: CallKind
  /** True when the call may succeed without the vendor, so that only its failure reveals something. */
  provesNothing?: boolean
}

export type LimitedTable<Port> = CallTable<Port, Limited>

/**
 * Time limit of a `read`, and longest time that any call holds its slot. Longer than a provider's own retries (20 to 60 s), which end with
 * a more precise error.
 */
const deadlineMs = 75_000
/** Longest wait for a slot. Together with the call it fits into the 30 s of Heroku's router. */
const patienceMs = 15_000

export interface LimitOptions extends VendorCallContext {
  /** Queue in which waiting calls are counted. */
  queue: Queue
  /** Upper bound on concurrent calls. */
  atOnce: number
  /** Upper bound on waiting calls of each priority. */
  maxWaiting: number
  /** Creates the error for a vendor that is down or did not answer in time. */
  unavailable(details: ErrorDetails): PublisherError
}

/**
 * Creates all layers for one tenant and one of its vendors, so that a vendor of one tenant cannot affect other tenants. Observation is
 * closest to the provider, so that metrics count only calls that are really made.
 */
export function limitedLayers(options: LimitOptions): Layer<Limited>[] {
  const { queue, atOnce, maxWaiting, unavailable, ...context } = options
  const { vendor, tenant, now, observer } = context
  const watch = createWatch({ vendor, tenant, now, observer, probeMs: deadlineMs, unavailable })
  const acquire = createAcquire({ queue, tenant, observer, atOnce, maxWaiting, holdMs: deadlineMs, now })
  return [observing(context), expiring(unavailable), breaking(watch), limiting(vendor, acquire, watch)]
}

/** Measures each call and records a span. */
export function observing({ vendor, observe }: Pick<VendorCallContext, 'vendor' | 'observe'>): Layer {
  return (call, { operation, outcomeOf, failureOf }, parameters) => {
    const name = typeof operation === 'string' ? operation : operation.from(...parameters)
    return observe({ to: vendor, operation: name }, call, outcomeOf, failureOf)
  }
}

/** Refuses calls while the vendor is down, and learns from the outcome of each call. */
export function breaking(watch: Watch): Layer<Limited> {
  return (call, { kind, provesNothing = false }) =>
    watch.run(call, { insists: kind === 'change' || kind === 'settle', provesNothing })
}

/** Fails a `read` at its deadline. Releases an answer that arrives later. */
function expiring(unavailable: LimitOptions['unavailable']): Layer<Limited> {
  const overdue = () => unavailable({ cause: new Error('no answer in time'), isOutage: true })
  return (call, { kind, release }) =>
    kind === 'read' ? within(call(), deadlineMs, overdue, release) : call()
}

/** Makes each call wait for one of the tenant's slots. */
function limiting(vendor: string, acquire: Acquire, watch: Watch): Layer<Limited> {
  return async (call, { kind, signalOf }, parameters) => {
    if (kind === 'settle') return call()
    // If the vendor goes down during the wait, the breaker refuses the call once it has its slot.
    if (kind !== 'change') watch.refuseWhileDown()
    const release = await acquire({
      priority: kind === 'read' ? 'low' : 'high',
      // A change waits until every slot that is held now has been released or has expired.
      patienceMs: kind === 'change' ? deadlineMs : patienceMs,
      vendors: [vendor],
      signal: signalOf?.(...parameters),
    })
    try {
      return await call()
    } finally {
      release()
    }
  }
}
