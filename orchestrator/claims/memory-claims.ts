/** Claims in the memory of one process. They are lost at its end; the publisher's records in the tenant's storage remain. */
import { type ClaimStore, newClaim, nextClaim, type StoredClaim } from '../contract/claim-store.ts'

export interface MemoryClaimsOptions {
  now?: () => number
  /** Upper bound on the claims of a tenant. */
  maxClaims?: number
  /** Upper bound on the JSON of a tenant's claims, in UTF-16 units. */
  maxLength?: number
}

/** Claims of one tenant. */
interface Shelf {
  byKey: Map<string, StoredClaim>
  length: number
}

/** Creates an empty store. The default bounds fit some 60,000 posts of a tenant. */
export function createMemoryClaims({
  now = Date.now,
  maxClaims = 100_000,
  maxLength = 64_000_000,
}: MemoryClaimsOptions = {}): ClaimStore {
  const shelves = new Map<string, Shelf>()

  function shelfOf(tenant: string): Shelf {
    const known = shelves.get(tenant)
    if (known) return known
    const shelf = { byKey: new Map<string, StoredClaim>(), length: 0 }
    shelves.set(tenant, shelf)
    return shelf
  }

  /** Stores a version. Returns false, and stores nothing, if the tenant has no space left. */
  function put(shelf: Shelf, claim: StoredClaim): boolean {
    const before = shelf.byKey.get(claim.key)
    const length = shelf.length + lengthOf(claim) - (before ? lengthOf(before) : 0)
    const count = shelf.byKey.size + (before ? 0 : 1)
    if (count > maxClaims || length > maxLength) return false
    shelf.byKey.set(claim.key, claim)
    shelf.length = length
    return true
  }

  return {
    async create(tenant, wanted) {
      const shelf = shelfOf(tenant)
      const found = shelf.byKey.get(wanted.key)
      if (found) return { outcome: 'taken', claim: found }
      const claim = newClaim(wanted, now())
      return put(shelf, claim) ? { outcome: 'created', claim } : { outcome: 'full' }
    },

    read: async (tenant, key) => shelves.get(tenant)?.byKey.get(key) ?? null,

    async replace(tenant, replacement) {
      const shelf = shelfOf(tenant)
      const found = shelf.byKey.get(replacement.key)
      if (!found) return { outcome: 'missing' }
      if (found.version !== replacement.version) return { outcome: 'changed', claim: found }
      const claim = nextClaim(found, replacement, now())
      return put(shelf, claim) ? { outcome: 'replaced', claim } : { outcome: 'full' }
    },

    async delete(tenant, key, version) {
      const shelf = shelfOf(tenant)
      const found = shelf.byKey.get(key)
      if (!found) return { outcome: 'deleted' }
      if (found.version !== version) return { outcome: 'changed', claim: found }
      shelf.byKey.delete(key)
      shelf.length -= lengthOf(found)
      return { outcome: 'deleted' }
    },
  }
}

function lengthOf(claim: StoredClaim): number {
  return JSON.stringify(claim).length
}
