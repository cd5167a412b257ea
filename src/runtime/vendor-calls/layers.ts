/** The layers of the pipeline: observe, give up at a deadline, break the circuit, limit the calls at once. */
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
  /** As metrics, spans and log name it. */
  vendor: string
  tenant: Tenant
  /** Milliseconds since 1970. */
  now: () => number
  /** Told of refused calls, and of a vendor that goes down or comes back. */
  observer: FairnessObserver
  observe: Observe
}

/**
 * Treatment of a method by limits and breaker: they cannot see which operation a call finishes, so the method decides.
 * - `read` changes nothing. Refused while the vendor is down, and given up at its deadline. Throws `busy` where no slot becomes free.
 * - `begin` is the beginning of a change: refused as `read` is, but never given up once it has begun. It goes before those that look.
 * - `change` may be the end of something longer: it waits for its slot, and is made although the vendor seems down.
 * - `settle` must be tried in any case: made at once, uncounted.
 */
export type CallKind = 'read' | 'begin' | 'change' | 'settle'

export interface Limited {
  kind: CallKind
  /** The call may succeed without the vendor: only its failure says something about it. */
  provesNothing?: boolean
}

export type LimitedTable<Port> = CallTable<Port, Limited>

/** Longer than a provider needs for its own retries (20 to 60 s), each of which fails with a better word. */
const deadlineMs = 75_000
/** Longest wait for a slot of a call that may be refused: with the call itself it should fit into the 30 s of Heroku's router. */
const patienceMs = 15_000

export interface LimitOptions extends VendorCallContext {
  /** Name under which waiting calls are counted. */
  queue: Queue
  /** Calls at once. */
  atOnce: number
  /** Bound on waiting calls of each priority. */
  maxWaiting: number
  /** The error for a vendor that is down, or did not answer in time. */
  unavailable(details: ErrorDetails): PublisherError
}

/**
 * Makes all layers for one tenant and one of its vendors: no tenant's vendor delays or fails another tenant. Observing is closest to
 * the provider, so only calls that are really made count.
 */
export function limitedLayers(options: LimitOptions): Layer<Limited>[] {
  const { queue, atOnce, maxWaiting, unavailable, ...context } = options
  const { vendor, tenant, now, observer } = context
  const watch = createWatch({ vendor, tenant, now, observer, probeMs: deadlineMs, unavailable })
  const acquire = createAcquire({ queue, tenant, observer, atOnce, maxWaiting, holdMs: deadlineMs, now })
  return [observing(context), expiring(unavailable), breaking(watch), limiting(vendor, acquire, watch)]
}

/** Measures each call, in a span of its own. */
export function observing({ vendor, observe }: Pick<VendorCallContext, 'vendor' | 'observe'>): Layer {
  return (call, { operation, outcomeOf, failureOf }, parameters) => {
    const name = typeof operation === 'string' ? operation : operation.from(...parameters)
    return observe({ to: vendor, operation: name }, call, outcomeOf, failureOf)
  }
}

/** Refuses calls while the vendor is down, and learns from the end of each that is made. */
export function breaking(watch: Watch): Layer<Limited> {
  return (call, { kind, provesNothing = false }) =>
    watch.run(call, { insists: kind === 'change' || kind === 'settle', provesNothing })
}

/** Gives up a call that only looks once its deadline has passed; an answer that comes later is released. */
function expiring(unavailable: LimitOptions['unavailable']): Layer<Limited> {
  const overdue = () => unavailable({ cause: new Error('no answer in time'), isOutage: true })
  return (call, { kind, release }) =>
    kind === 'read' ? within(call(), deadlineMs, overdue, release) : call()
}

/** Makes calls wait for one of the tenant's slots. */
function limiting(vendor: string, acquire: Acquire, watch: Watch): Layer<Limited> {
  return async (call, { kind, signalOf }, parameters) => {
    if (kind === 'settle') return call()
    // A call that waited while the vendor went down is refused when it has its slot, and need not try.
    if (kind !== 'change') watch.refuseWhileDown()
    const release = await acquire({
      priority: kind === 'read' ? 'low' : 'high',
      // After the deadline all calls that held a slot before are out of it.
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
