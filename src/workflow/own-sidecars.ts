/** Wraps a store so that each photo has its own sidecar and XMP files, even if photos share a stem. Only this module applies the rule. */
import type { Folder } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'
import { ownSidecarReader, sidecarAccess } from './own-sidecars/access.ts'
import { findSidecar } from './own-sidecars/find.ts'
import type { Inquiry } from './own-sidecars/inquiry.ts'
import { createListedStems, type FoundListing, type ListedStems } from './own-sidecars/listed-stems.ts'
import { nameOwners } from './own-sidecars/name-owners.ts'
import { createRecentOwners } from './own-sidecars/recent-owners.ts'

/** Returns the digest of a photo's bytes from memory only, or `null`. */
export type RememberedSha256Of = (entry: PhotoEntry) => Promise<string | null>

export interface OwnSidecarTools {
  /** Clock in milliseconds. */
  now: () => number
  /**
   * Returns the digest of a photo's bytes in lower-case hex, and reads the photo if necessary. Default: a sidecar that names only
   * a digest belongs to another photo.
   */
  sha256Of?: ((folder: Folder, entry: PhotoEntry) => Promise<string>) | undefined
  /** For callers that only view a photo. Default: `sha256Of`. */
  rememberedSha256Of?: RememberedSha256Of | undefined
  /**
   * Store for the reads of a move or a deletion, which works even while reads for viewers are refused. Default: the store itself.
   */
  whenChanging?: Pick<PhotoStore, 'readSidecar' | 'stat' | 'list'> | undefined
  /** Returns a listing from memory that includes all changes of this process. Default: none. */
  knownListing?: ((folder: Folder) => FoundListing | undefined) | undefined
}

/**
 * Wraps a store so that moves, deletions, reads and writes touch only the photo's own sidecar. If the stem's sidecar belongs to
 * another photo, the photo has a sidecar under its full name, `IMG_7.webp.txt`. An upload gets a stem that no photo has.
 *
 * A move or a deletion takes the photo's XMP files along, except `x.xmp` if another photo or a raw file has the stem.
 *
 * Reads one sidecar if a listing of the last 30 s shows that no other photo has the stem. A move reads nothing more if the same
 * request has already found the owner in the sidecar. An upload reads two sidecars, and lists the folder at most every 30 s.
 */
export function withOwnSidecars(store: PhotoStore, tools: OwnSidecarTools): PhotoStore {
  const foldsCase = store.foldsCase === 'always'
  const mayFoldCase = store.foldsCase === 'sometimes'
  const { now, knownListing, whenChanging = store } = tools
  const stems = createListedStems(store, { now, foldsCase, mayFoldCase, knownListing, whenChanging })
  const owners = createRecentOwners(tools.now)
  const { isAlone, changing } = stems
  const { looking, moving, deleting } = inquiries(store, tools, { foldsCase, mayFoldCase, isAlone, owners })
  return {
    ...store,
    ...sidecarAccess(store, looking, stems),
    list: stems.list,

    async writeXmp(folder, name, form, bytes, ifRevision) {
      try {
        await store.writeXmp(folder, name, form, bytes, ifRevision)
      } finally {
        // A failed attempt may have written the file too.
        stems.wroteXmp(folder, name, form)
      }
    },

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
      const [found, xmp] = await Promise.all([
        owners.has(from, name) ? null : findSidecar(moving, from, name),
        from === to ? [] : stems.xmpOf(from, name),
      ])
      if (found) await nameOwners(store, deleting, { name, from, to, found })
      const form = found ? found.form : 'stem'
      owners.forget(from, name)
      const moved = await changing([from, to], store.move(name, from, to, form, xmp))
      stems.moved({ name, from, to, moved, form, xmp })
      return moved
    },

    async delete(folder, name) {
      const [{ form }, xmp] = await Promise.all([
        findSidecar(deleting, folder, name),
        stems.xmpOf(folder, name, true),
      ])
      owners.forget(folder, name)
      const deleted = await changing([folder], store.delete(folder, name, form, xmp))
      stems.removed(folder, name)
      return deleted
    },
  }
}

/**
 * Returns the function that reads a photo's own sidecar for viewers. Asks only the functions of `found`, which may answer from memory: an
 * answer is never remembered here. Without `rememberedSha256Of`, a sidecar that names only a digest belongs to another photo.
 */
export function readingOwnSidecars(
  found: Pick<PhotoStore, 'readSidecar' | 'stat' | 'foldsCase'>,
  rememberedSha256Of: RememberedSha256Of = async () => null,
): PhotoStore['readSidecar'] {
  return ownSidecarReader({
    store: found,
    foldsCase: found.foldsCase === 'always',
    mayFoldCase: found.foldsCase === 'sometimes',
    isAlone: () => false,
    owners: { note: () => undefined },
    sha256Of: (_, entry) => rememberedSha256Of(entry),
    insists: false,
  })
}

/** Creates the inquiries; each purpose has its own sources. */
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
  // A listing may be outdated, and a deletion is permanent.
  return { looking, moving, deleting: { ...moving, isAlone: () => false } }
}
