/** A tenant's storage for people who look: answers from shared listings and from memory where it can. */
import type { PhotoStore } from '../../../ports/storage.ts'
import { type RememberedSha256Of, readingOwnSidecars } from '../../../workflow/own-sidecars.ts'
import { type LinkCache, rememberedLink } from './links.ts'
import type { KeepAlive, Listings } from './listings.ts'
import { type SidecarCache, sidecarOfVersion } from './sidecar-texts.ts'

export interface ViewingStoreOptions {
  /** The tenant's storage, for every call that changes it or that no memory answers. */
  store: PhotoStore
  /** The same storage, in which sidecars are plain files. */
  files: PhotoStore
  listings: Listings
  sidecars: SidecarCache
  links: LinkCache
  /** Key in shared caches: unique per host and `config_version`. */
  identity: string
  /** Returns a new number after each change of the tenant's photos. */
  latestChange(): number
  rememberedSha256Of: RememberedSha256Of | undefined
  now: () => number
  keepAlive?: KeepAlive | undefined
}

/**
 * Wraps the store. A photo that the listing lacks is looked up in the storage, since another program may have added it. Sidecars that the
 * listing lacks are not read, and a photo that vanished is noticed when its listing is renewed.
 */
export function createViewingStore(options: ViewingStoreOptions): PhotoStore {
  const { store, listings, links, identity, latestChange, now, keepAlive } = options
  const readSidecar = sidecarReader(options)
  return {
    ...store,
    list: async (folder) => (await listings.of(folder, keepAlive)).listing,

    async stat(folder, name) {
      const { find } = await listings.of(folder, keepAlive)
      return find(name) ?? store.stat(folder, name)
    },

    async readSidecar(folder, name) {
      const { listing, find } = await listings.of(folder, keepAlive)
      if (!find(name)) return store.readSidecar(folder, name)
      if (!listing.withSidecar.has(name)) return null
      return readSidecar(folder, name)
    },

    async temporaryLink(folder, name) {
      const entry = store.asksForLinks && (await listings.of(folder, keepAlive)).find(name)
      if (!entry) return store.temporaryLink(folder, name)
      const key = JSON.stringify([identity, latestChange(), folder, name, entry.contentHash])
      return rememberedLink(links, key, now(), () => store.temporaryLink(folder, name))
    },
  }
}

/** Returns the function that reads a listed photo's own sidecar: from memory, as far as the listing tells its version. */
function sidecarReader(options: ViewingStoreOptions): PhotoStore['readSidecar'] {
  const { files, listings, sidecars, identity, rememberedSha256Of, keepAlive } = options
  const found = {
    ...(files.foldsCase && { foldsCase: files.foldsCase }),
    stat: async (...[folder, name]: Parameters<PhotoStore['stat']>) =>
      (await listings.of(folder, keepAlive)).find(name) ?? null,

    async readSidecar(...[folder, name, form = 'stem']: Parameters<PhotoStore['readSidecar']>) {
      const { listing, find } = await listings.of(folder, keepAlive)
      const read = () => files.readSidecar(folder, name, form)
      const listedName = find(name)?.name
      if (!listing.sidecarVersions || listedName === undefined) return read()
      const version = listing.sidecarVersions.get(listedName)?.[form]
      if (version === undefined) return null
      return sidecarOfVersion(sidecars, identity, { folder, name: listedName, form, version }, read)
    },
  }
  return readingOwnSidecars(found, rememberedSha256Of)
}
