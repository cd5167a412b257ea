/**
 * Invalidated hosts, and gaps in which invalidations may have been missed. Lookups watch both, because an answer from before an
 * invalidation may be stale.
 */
import { LRUCache } from 'lru-cache'
import type { Host } from '../../../contract/host.ts'

export interface Invalidations {
  record(host: Host): void
  /** Records that the connection for invalidations was lost for a while. */
  recordGap(): void
  /** Checks if the control plane invalidated the host. Such a host exists, so the limits on unknown hosts do not apply. */
  has(host: Host): boolean
  /** Checks if an eventually consistent store may still return the deleted copy. */
  isRecent(host: Host): boolean
  /** Starts watching one host. Call this right before its lookup. */
  watch(host: Host): InvalidationWatch
}

export interface InvalidationWatch {
  /** Checks if the host was invalidated since; if so, discard the answer. */
  wasInvalidated(): boolean
  /** Checks if a gap has ended since; if so, the answer may be stale. */
  mayHaveMissed(): boolean
}

/** Time after an invalidation in which shared copies of the host are distrusted. Cloudflare KV serves deleted values for up to 60 s. */
const distrustMs = 90_000
/** Upper bound on remembered invalidations. */
const maxRemembered = 10_000

/** Creates the memory of one process. */
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
