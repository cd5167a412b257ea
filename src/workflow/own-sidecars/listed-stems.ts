/** Stems of a store's photos: learned from listings, updated by changes, and reserved for uploads. */
import { type Folder, numberedNames, type PhotoName, type SidecarForm } from '../../ports/photo.ts'
import type { PhotoListing, PhotoStore } from '../../ports/storage.ts'
import { tooManyOfThisName } from '../../ports/storage-errors.ts'
import { createKnownStems, type KnownStems, type KnownStemsOptions } from '../sidecar/known-stems.ts'
import { type Inquiry, readForm } from './inquiry.ts'

export interface ListedStems extends Pick<KnownStems, 'isAlone' | 'add' | 'remove' | 'release'> {
  /** Lists the folder and learns its stems. */
  list(folder: Folder): Promise<PhotoListing>
  /**
   * Reserves the first numbered name whose stem no photo and no sidecar has. Free it with {@link ListedStems.release}. Lists the
   * folder at most every 30 s. Throws `storage_unavailable` if a thousand numbers are in use.
   */
  reserveName(inquiry: Inquiry, folder: Folder, name: PhotoName): Promise<PhotoName>
  /** Awaits a change of the folders. Forgets their stems if the change fails, since it may have happened anyway. */
  changing<T>(folders: readonly Folder[], change: Promise<T>): Promise<T>
}

/** A listing and the time at which it began. */
export interface FoundListing {
  listing: PhotoListing
  listedAt: number
}

export interface ListedStemsOptions extends KnownStemsOptions {
  /** Returns a listing from memory that includes all changes of this process. */
  knownListing?: ((folder: Folder) => FoundListing | undefined) | undefined
}

const forms: readonly SidecarForm[] = ['stem', 'full']

/** Creates the memory of one store's stems. */
export function createListedStems(store: Pick<PhotoStore, 'list'>, options: ListedStemsOptions): ListedStems {
  const stems = createKnownStems(options)
  const listings = new Map<Folder, Promise<unknown>>()

  async function list(folder: Folder): Promise<PhotoListing> {
    const listedAtMs = options.now()
    const listing = await store.list(folder)
    stems.note(folder, listing, listedAtMs)
    return listing
  }

  /** Learns the stems from memory if they are not known. Returns true if they are known now. */
  function recall(folder: Folder): boolean {
    if (stems.isRecent(folder)) return true
    const known = options.knownListing?.(folder)
    if (known) stems.note(folder, known.listing, known.listedAt)
    return stems.isRecent(folder)
  }

  /** Lists the folder unless it was listed recently. */
  async function learn(folder: Folder): Promise<void> {
    if (recall(folder)) return
    const listing = listings.get(folder) ?? list(folder).finally(() => listings.delete(folder))
    listings.set(folder, listing)
    await listing
  }

  return {
    isAlone: (folder, name) => recall(folder) && stems.isAlone(folder, name),
    add: stems.add,
    remove: stems.remove,
    release: stems.release,
    list,
    async reserveName(inquiry, folder, name) {
      await learn(folder)
      for (const free of numberedNames(name)) {
        if (!stems.reserve(folder, free)) continue
        let isFree = false
        try {
          const sidecars = await Promise.all(forms.map((form) => readForm(inquiry, folder, free, form)))
          isFree = sidecars.every((sidecar) => sidecar === null)
          if (isFree) return free
        } finally {
          if (!isFree) stems.release(folder, free)
        }
      }
      throw tooManyOfThisName()
    },
    async changing(folders, change) {
      try {
        return await change
      } catch (error) {
        for (const folder of folders) stems.forget(folder)
        throw error
      }
    },
  }
}
