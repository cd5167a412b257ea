/**
 * What stands between a tenant's requests and one of its vendors: a limit on calls at once, a bound on how long one may take, and a
 * circuit breaker. It belongs to the tenant's runtime, so that no tenant's vendor delays or fails anybody else.
 */
import type { ErrorDetails, PublisherError } from '../../base/errors.ts'
import { within } from '../../base/time.ts'
import { createEntrance } from '../limits/entrance.ts'
import type { Queue } from '../limits/observer.ts'
import type { Leave } from '../limits/places.ts'
import { type CallOptions, createWatch, type WatchOptions } from './watch.ts'

export interface GateOptions extends Omit<WatchOptions, 'probeMs' | 'unavailable'> {
  /** Under which its waiting calls are counted. */
  queue: Queue
  /** Calls at once. */
  atOnce: number
  /** Calls that may wait in each of the two lines. */
  maxWaiting: number
  /** The error for a vendor that is down, or that did not answer in time. */
  unavailable(details: ErrorDetails): PublisherError
}

export interface LookOptions<T> extends Partial<Pick<CallOptions, 'provesNothing'>> {
  /** Ends the waiting for a place. */
  signal?: AbortSignal
  onLate?(result: T): void
}

export interface Gate {
  /**
   * A call that changes nothing. Refused while the vendor is down, and given up at its deadline: `onLate` is then told what it gives
   * all the same. Throws `busy` where no place becomes free.
   */
  look<T>(call: () => Promise<T>, options?: LookOptions<T>): Promise<T>
  /** The beginning of a change: refused as {@link look} is, but never given up once it has begun. It goes before those who look. */
  begin<T>(call: () => Promise<T>): Promise<T>
  /** A change that may be the end of something longer: it waits for its place, and is made although the vendor seems down. */
  change<T>(call: () => Promise<T>): Promise<T>
  /** What must be tried whatever happens: made at once. */
  settle<T>(call: () => Promise<T>): Promise<T>
}

/** Longer than a provider needs for its own retries (20 to 60 s), each of which fails with a better word. */
const deadlineMs = 75_000
/** What somebody who looks waits for a place: with the call itself it should fit into the 30 s of Heroku's router. */
const patienceMs = 15_000

export function createGate({ queue, atOnce, maxWaiting, unavailable, ...options }: GateOptions): Gate {
  const { vendor, tenant, now, observer } = options
  const watch = createWatch({ ...options, probeMs: deadlineMs, unavailable })
  const enter = createEntrance({ queue, tenant, observer, atOnce, maxWaiting, holdMs: deadlineMs, now })
  const place = (line: 'first' | 'second', waitMs: number, signal?: AbortSignal) =>
    enter({ line, patienceMs: waitMs, vendors: [vendor], signal })

  async function holding<T>(leave: Leave, call: () => Promise<T>, how: CallOptions): Promise<T> {
    try {
      return await watch.run(call, how)
    } finally {
      leave()
    }
  }

  // Who waited while the vendor went down is refused when the place is there, and need not try.
  return {
    async look(call, { signal, onLate, provesNothing = false } = {}) {
      watch.refuseWhileDown()
      const leave = await place('second', patienceMs, signal)
      const overdue = () => unavailable({ cause: new Error('no answer in time'), isOutage: true })
      return holding(leave, () => within(call(), deadlineMs, overdue, onLate), {
        insists: false,
        provesNothing,
      })
    },
    async begin(call) {
      watch.refuseWhileDown()
      return holding(await place('first', patienceMs), call, { insists: false })
    },
    async change(call) {
      // Everybody who held a place before is out of it by then.
      return holding(await place('first', deadlineMs), call, { insists: true })
    },
    settle: (call) => watch.run(call, { insists: true }),
  }
}
