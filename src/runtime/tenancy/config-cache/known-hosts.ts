/** Memory of hosts that have no tenant (for 30 s), and of hosts that once had a tenant. */
import { LRUCache } from 'lru-cache'
import type { Host } from '../../../contract/host.ts'

export interface KnownHosts {
  /** Remembered unknown hosts. */
  readonly unknownCount: number
  /** Checks if the source answered within the last 30 s that the host has no tenant. */
  isUnknown(host: Host): boolean
  /** Checks if the host had a tenant in this process. Its entry may have been evicted since. */
  wasTenant(host: Host): boolean
  markTenant(host: Host): void
  markUnknown(host: Host): void
  /** Forgets that the host is unknown. */
  forgetUnknown(host: Host): void
  forgetAllUnknown(): void
}

const unknownTtlMs = 30_000
/** Upper bound on remembered unknown hosts (about 200 bytes each). */
const maxUnknown = 50_000
/** Upper bound on remembered hosts with a tenant (about 150 bytes each). */
const maxTenants = 20_000

/** Creates the memory of one process. */
export function createKnownHosts(now: () => number): KnownHosts {
  const unknownUntil = new LRUCache<Host, number>({ max: maxUnknown })
  const tenants = new LRUCache<Host, true>({ max: maxTenants })
  return {
    get unknownCount() {
      return unknownUntil.size
    },
    isUnknown: (host) => (unknownUntil.get(host) ?? 0) > now(),
    wasTenant: (host) => tenants.has(host),
    markTenant(host) {
      unknownUntil.delete(host)
      tenants.set(host, true)
    },
    markUnknown(host) {
      tenants.delete(host)
      unknownUntil.set(host, now() + unknownTtlMs)
    },
    forgetUnknown: (host) => void unknownUntil.delete(host),
    forgetAllUnknown: () => unknownUntil.clear(),
  }
}
