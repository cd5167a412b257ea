/**
 * Invalidated hosts, and times in which invalidations may have been missed. A lookup watches both: an answer from before an invalidation
 * may be stale.
 */
import { LRUCache } from 'lru-cache'
import type { Host } from '../../../contract/host.ts'

export interface Invalidations {
  record(host: Host): void
  /** The connection that carries invalidations was lost for a while. */
  recordGap(): void
  /** Tells if the control plane has named the host. Such a host exists, so the limits on unknown hosts do not apply. */
  has(host: Host): boolean
  /** Tells if an eventually consistent store may still give back the deleted copy. */
  isRecent(host: Host): boolean
  /** Starts watching one host, right before a question about it. */
  watch(host: Host): InvalidationWatch
}

export interface InvalidationWatch {
  /** The host was invalidated since: discard the answer. */
  wasInvalidated(): boolean
  /** A gap has ended since: the answer may be stale. */
  mayHaveMissed(): boolean
}

/** Cloudflare KV serves deleted values for up to 60 s. */
const distrustMs = 90_000
/** Upper bound on remembered invalidations. */
const maxRemembered = 10_000

/** Makes the memory of one process. */
export function createInvalidations(now: () => number): Invalidations {
  const latest = new LRUCache<Host, { at: number }>({ max: maxRemembered })
  let gaps = 0
  return {
    record: (host) => void latest.set(host, { at: now() }),
    recordGap() {
      gaps += 1
    },
    has: (host) => latest.has(host),
    isRecent(host) {
      const invalidation = latest.get(host)
      return invalidation !== undefined && now() - invalidation.at < distrustMs
    },
    watch(host) {
      const before = latest.get(host)
      const gapsBefore = gaps
      return {
        wasInvalidated: () => latest.get(host) !== before,
        mayHaveMissed: () => gaps !== gapsBefore,
      }
    },
  }
}
