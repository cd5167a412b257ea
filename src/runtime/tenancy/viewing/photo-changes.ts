/**
 * Counts the changes of each tenant's photos and ledger. What was read before the latest change is outdated, also if the reading is
 * still running. All configuration versions of a host share the counts, since they share the photos.
 */
import { LRUCache } from 'lru-cache'
import type { Host } from '../../../contract/host.ts'

/** Part of a tenant's storage. A change of `photos` concerns names, bytes and sidecars. */
export type Changed = 'photos' | 'ledger'

export interface PhotoChanges {
  /** Returns a number that no earlier state of the host had. */
  latest(host: Host, part: Changed): number
  /** Notes a change by this process. */
  note(host: Host, part: Changed): void
  /** Notes a change of both parts by another process. Costs nothing for a host that this process does not know. */
  hear(host: Host): void
  /** Notes that changes of any host may have been missed. */
  hearAll(): void
}

type Counts = Record<Changed, number>

/** Upper bound on hosts. A forgotten host only loses what was remembered of it. */
const maxHosts = 10_000

/** Creates the counts of one process. */
export function createPhotoChanges(): PhotoChanges {
  const hosts = new LRUCache<Host, Counts>({ max: maxHosts })
  // Numbers never repeat, so that a host that was forgotten and comes back has no old number.
  let last = 0

  function countsOf(host: Host): Counts {
    const known = hosts.get(host)
    if (known) return known
    const counts = { photos: ++last, ledger: ++last }
    hosts.set(host, counts)
    return counts
  }

  return {
    latest: (host, part) => countsOf(host)[part],
    note(host, part) {
      countsOf(host)[part] = ++last
    },
    hear: (host) => void hosts.delete(host),
    hearAll: () => hosts.clear(),
  }
}
