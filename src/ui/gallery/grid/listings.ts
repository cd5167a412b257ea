/** Lists of this visit. The latest few are cached, so that going back shows them at once. */
import type { Item, Query } from '../order.ts'
import { createListing, type Listing } from './listing.ts'
import type { Source } from './source.ts'

export interface Listings {
  of(query: Query): Listing
  /** Reloads the shown list and drops all others from the cache. */
  refresh(): void
  drop(gone: readonly Item[]): void
}

const kept = 6

export function createListings(source: Source, onChange: () => void): Listings {
  let listings = new Map<string, Listing>()
  return {
    of(query) {
      const key = JSON.stringify([query.folder, query.search, query.sort])
      const listing = listings.get(key) ?? createListing(source, query, onChange)
      listings.delete(key)
      listings.set(key, listing)
      for (const oldest of listings.keys()) {
        if (listings.size <= kept) break
        listings.delete(oldest)
      }
      return listing
    },
    refresh() {
      const [latest] = [...listings].slice(-1)
      listings = new Map(latest ? [latest] : [])
      void latest?.[1].reload()
    },
    drop(gone) {
      const [latest] = [...listings].slice(-1)
      // Other lists may have gained these photos, so the cache drops those lists.
      listings = new Map(latest ? [latest] : [])
      latest?.[1].drop(gone)
    },
  }
}
