/** A store in which each photo has a sidecar of its own, also where photos share a stem: the one place that applies the rule. */
import type { Folder } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'
import { sidecarAccess } from './own-sidecars/access.ts'
import { findSidecar } from './own-sidecars/find.ts'
import type { Inquiry } from './own-sidecars/inquiry.ts'
import { createListedStems, type ListedStems } from './own-sidecars/listed-stems.ts'
import { nameOwners } from './own-sidecars/name-owners.ts'
import { createRecentOwners } from './own-sidecars/recent-owners.ts'

export interface OwnSidecarTools {
  /** Milliseconds. */
  now: () => number
  /** The digest of a photo's bytes, lower-case hex, read where need be. Default: sidecars that say only a digest are another photo's. */
  sha256Of?: ((folder: Folder, entry: PhotoEntry) => Promise<string>) | undefined
  /** The same from memory, `null` where it is not there: for those who only look. Default: `sha256Of`. */
  rememberedSha256Of?: ((entry: PhotoEntry) => Promise<string | null>) | undefined
  /** Asks for a move or a deletion, which is tried also while looking is refused. Default: the store itself. */
  whenChanging?: Pick<PhotoStore, 'readSidecar' | 'stat'> | undefined
}

/**
 * The same store, whose moves, deletions and words touch the sidecar of that very photo. A photo whose stem's sidecar is another
 * one's has its own under its full name, `IMG_7.webp.txt`. An upload gets a stem that no photo has.
 *
 * Reads one sidecar where a listing of the last 30 s says that the photo has its stem for itself. A move reads nothing more after a
 * reading of the same request that found the sidecar's owner in it. An upload reads two, and lists the folder at most every 30 s.
 */
export function withOwnSidecars(store: PhotoStore, tools: OwnSidecarTools): PhotoStore {
  const foldsCase = store.foldsCase === 'always'
  const mayFoldCase = store.foldsCase === 'sometimes'
  const stems = createListedStems(store, { now: tools.now, foldsCase, mayFoldCase })
  const owners = createRecentOwners(tools.now)
  const { isAlone, changing } = stems
  const { looking, moving, deleting } = inquiries(store, tools, { foldsCase, mayFoldCase, isAlone, owners })
  return {
    ...store,
    ...sidecarAccess(store, looking, stems),
    list: stems.list,

    async upload(folder, name, body, size) {
      const free = await stems.reserveName(looking, folder, name)
      try {
        const entry = await changing([folder], store.upload(folder, free, body, size))
        stems.add(folder, entry.name, null)
        return entry
      } finally {
        stems.release(folder, free)
      }
    },

    async move(name, from, to) {
      const found = owners.has(from, name) ? null : await findSidecar(moving, from, name)
      if (found) await nameOwners(store, deleting, { name, from, to, found })
      const form = found ? found.form : 'stem'
      owners.forget(from, name)
      const moved = await changing([from, to], store.move(name, from, to, form))
      stems.remove(from, name)
      stems.add(to, moved, form)
      return moved
    },

    async delete(folder, name) {
      const { form } = await findSidecar(deleting, folder, name)
      owners.forget(folder, name)
      const deleted = await changing([folder], store.delete(folder, name, form))
      stems.remove(folder, name)
      return deleted
    },
  }
}

/** Makes the inquiries: each purpose has its own sources. */
function inquiries(
  store: PhotoStore,
  tools: OwnSidecarTools,
  shared: Pick<Inquiry, 'foldsCase' | 'mayFoldCase' | 'owners'> & Pick<ListedStems, 'isAlone'>,
): Record<'looking' | 'moving' | 'deleting', Inquiry> {
  const { sha256Of = async () => null, rememberedSha256Of, whenChanging = store } = tools
  const looking: Inquiry = {
    ...shared,
    store,
    sha256Of: rememberedSha256Of ? (_, entry) => rememberedSha256Of(entry) : sha256Of,
    insists: false,
  }
  const moving: Inquiry = { ...shared, store: whenChanging, sha256Of, insists: true }
  // A listing may be outdated, and a deletion is for good.
  return { looking, moving, deleting: { ...moving, isAlone: () => false } }
}
