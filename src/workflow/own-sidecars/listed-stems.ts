/** Stems of a store's photos: learned by listing its folders, kept by its changes, reserved for its uploads. */
import { type Folder, numberedNames, type PhotoName, type SidecarForm } from '../../ports/photo.ts'
import type { PhotoListing, PhotoStore } from '../../ports/storage.ts'
import { tooManyOfThisName } from '../../ports/storage-errors.ts'
import { createKnownStems, type KnownStems, type KnownStemsOptions } from '../sidecar/known-stems.ts'
import { type Inquiry, readForm } from './inquiry.ts'

export interface ListedStems extends Pick<KnownStems, 'isAlone' | 'add' | 'remove' | 'release'> {
  /** Lists the folder and learns its stems. */
  list(folder: Folder): Promise<PhotoListing>
  /**
   * Reserves the first numbered name whose stem no photo has, nor a sidecar; {@link ListedStems.release} it. Lists the folder at most every 30 s.
   * Throws `storage_unavailable` where a thousand numbers are taken.
   */
  reserveName(inquiry: Inquiry, folder: Folder, name: PhotoName): Promise<PhotoName>
  /** Awaits a change of the folders. Forgets their stems where it fails, since a failed change may have been made. */
  changing<T>(folders: readonly Folder[], change: Promise<T>): Promise<T>
}

const forms: readonly SidecarForm[] = ['stem', 'full']

/** Makes the memory of one store's stems. */
export function createListedStems(store: Pick<PhotoStore, 'list'>, options: KnownStemsOptions): ListedStems {
  const stems = createKnownStems(options)
  const listings = new Map<Folder, Promise<unknown>>()

  async function list(folder: Folder): Promise<PhotoListing> {
    const listedAtMs = options.now()
    const listing = await store.list(folder)
    stems.note(folder, listing, listedAtMs)
    return listing
  }

  /** Lists the folder unless that was done recently. */
  async function learn(folder: Folder): Promise<void> {
    if (stems.isRecent(folder)) return
    const listing = listings.get(folder) ?? list(folder).finally(() => listings.delete(folder))
    listings.set(folder, listing)
    await listing
  }

  return {
    isAlone: stems.isAlone,
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
