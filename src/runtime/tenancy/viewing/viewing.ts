/** Memories of the process for people who look at photos, and one view of them per tenant and configuration version. */
import { once } from '../../../base/once.ts'
import type { Host } from '../../../contract/host.ts'
import type { Folder } from '../../../ports/photo.ts'
import type { PhotoStore } from '../../../ports/storage.ts'
import type { TenantStorage } from '../tenant-storage.ts'
import { createLinkCache, type LinkCache } from './links.ts'
import {
  createListingCache,
  createListings,
  type KeepAlive,
  type ListingCache,
  type SharedListing,
} from './listings.ts'
import { createPhotoChanges, type PhotoChanges } from './photo-changes.ts'
import {
  createPublicationCache,
  createPublicationMemory,
  type PublicationCache,
  type PublicationMemory,
} from './publication-memory.ts'
import { createSidecarCache, type SidecarCache } from './sidecar-texts.ts'
import { createViewingStore } from './viewing-store.ts'

/** Memories of all tenants, with separate keys per tenant. One per process. */
export interface ViewingMemory {
  changes: PhotoChanges
  listings: ListingCache
  sidecars: SidecarCache
  links: LinkCache
  publications: PublicationCache
}

export function createViewingMemory(): ViewingMemory {
  return {
    changes: createPhotoChanges(),
    listings: createListingCache(),
    sidecars: createSidecarCache(),
    links: createLinkCache(),
    publications: createPublicationCache(),
  }
}

export interface Viewing {
  /** Returns the storage for people who look. `keepAlive` keeps renewals alive after the response. */
  store(keepAlive?: KeepAlive): PhotoStore
  /** Returns the listing of a folder if it is in memory. Never calls the storage. */
  peek(folder: Folder): SharedListing | undefined
  publications: PublicationMemory
}

export interface ViewingOptions {
  memory: ViewingMemory
  host: Host
  /** Unique per host and `config_version`. */
  identity: string
  /** Opens the tenant's storage at the first use. */
  storage(): TenantStorage
  now: () => number
}

/** Creates one tenant's view of the memories. */
export function createViewing({ memory, host, identity, storage, now }: ViewingOptions): Viewing {
  const { changes, sidecars, links } = memory
  const latestChange = () => changes.latest(host, 'photos')
  const listings = createListings({
    cache: memory.listings,
    identity,
    list: (folder) => storage().files.list(folder),
    foldsCase: () => storage().store.foldsCase === 'always',
    latestChange,
    now,
  })
  const open = (keepAlive?: KeepAlive) =>
    createViewingStore({ ...storage(), listings, sidecars, links, identity, latestChange, now, keepAlive })
  const withoutKeepAlive = once(() => open())
  return {
    store: (keepAlive) => (keepAlive ? open(keepAlive) : withoutKeepAlive()),
    peek: listings.peek,
    publications: createPublicationMemory({
      cache: memory.publications,
      identity,
      latestChange: () => changes.latest(host, 'ledger'),
      now,
    }),
  }
}
