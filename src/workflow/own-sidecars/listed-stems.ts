/** Stems of a store's photos: learned from listings, updated by changes, and reserved for uploads. */
import {
  type Folder,
  numberedNames,
  type PhotoName,
  type SidecarForm,
  type XmpForm,
} from '../../ports/photo.ts'
import type { PhotoListing, PhotoStore } from '../../ports/storage.ts'
import { tooManyOfThisName } from '../../ports/storage-errors.ts'
import { createKnownStems, type KnownStems, type KnownStemsOptions } from '../sidecar/known-stems.ts'
import { type Inquiry, readForm, unlessTemporary } from './inquiry.ts'
import { createKnownXmp } from './known-xmp.ts'

export interface ListedStems extends Pick<KnownStems, 'isAlone' | 'add' | 'release'> {
  /** Lists the folder and learns its stems. */
  list(folder: Folder): Promise<PhotoListing>
  /**
   * Reserves the first numbered name whose stem no photo, no sidecar and no XMP file has. Free it with {@link ListedStems.release}. Lists the
   * folder at most every 30 s. Throws `storage_unavailable` if a thousand numbers are in use.
   */
  reserveName(inquiry: Inquiry, folder: Folder, name: PhotoName): Promise<PhotoName>
  /**
   * Returns the forms of the XMP files that go with the photo. Lists the folder if no listing of the last 30 s tells, or if `isPermanent` and
   * the photo has XMP files. A folder without XMP files counts as such for five minutes.
   */
  xmpOf(folder: Folder, name: PhotoName, isPermanent?: boolean): Promise<readonly XmpForm[]>
  wroteXmp(folder: Folder, name: PhotoName, form: XmpForm): void
  /** Notes that a photo has moved with these files. */
  moved(photo: MovedPhoto): void
  removed(folder: Folder, name: PhotoName): void
  /** Awaits a change of the folders. Forgets their stems if the change fails, since it may have happened anyway. */
  changing<T>(folders: readonly Folder[], change: Promise<T>): Promise<T>
}

export interface MovedPhoto {
  name: PhotoName
  from: Folder
  to: Folder
  /** Name at the target. */
  moved: PhotoName
  form: SidecarForm | null
  xmp: readonly XmpForm[]
}

/** A listing and the time at which it began. */
export interface FoundListing {
  listing: PhotoListing
  listedAt: number
}

export interface ListedStemsOptions extends KnownStemsOptions {
  /** Returns a listing from memory that includes all changes of this process. */
  knownListing?: ((folder: Folder) => FoundListing | undefined) | undefined
  /** Store for the listings of a move or a deletion. */
  whenChanging: Pick<PhotoStore, 'list'>
}

const forms: readonly SidecarForm[] = ['stem', 'full']

/** Creates the memory of one store's stems. */
export function createListedStems(store: Pick<PhotoStore, 'list'>, options: ListedStemsOptions): ListedStems {
  const stems = createKnownStems(options)
  const xmp = createKnownXmp(options)
  const listings = new Map<Folder, Promise<unknown>>()

  function note(folder: Folder, listing: PhotoListing, listedAtMs: number): void {
    stems.note(folder, listing, listedAtMs)
    xmp.note(folder, listing, listedAtMs)
  }

  async function list(folder: Folder, through = store): Promise<PhotoListing> {
    const listedAtMs = options.now()
    const listing = await through.list(folder)
    note(folder, listing, listedAtMs)
    return listing
  }

  /** Learns the stems from memory if they are not known. Returns true if they are known now. */
  function recall(folder: Folder): boolean {
    if (stems.isRecent(folder)) return true
    const known = options.knownListing?.(folder)
    if (known) note(folder, known.listing, known.listedAt)
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
    release: stems.release,
    list: (folder) => list(folder),
    async xmpOf(folder, name, isPermanent = false) {
      const shared = options.knownListing?.(folder)
      if (shared) xmp.note(folder, shared.listing, shared.listedAt)
      const known = xmp.find(folder, name)
      if (known?.isListed && !(isPermanent && known.forms.length > 0)) return known.forms
      await list(folder, options.whenChanging).catch((error) => unlessTemporary(error, null))
      return xmp.find(folder, name)?.forms ?? []
    },
    wroteXmp: xmp.wrote,
    moved({ name, from, to, moved, form, xmp: forms }) {
      stems.remove(from, name)
      stems.add(to, moved, form)
      xmp.moved(name, from, to, forms)
    },
    removed(folder, name) {
      stems.remove(folder, name)
      xmp.removed(folder, name)
    },
    async reserveName(inquiry, folder, name) {
      await learn(folder)
      for (const free of numberedNames(name)) {
        if (xmp.isStray(folder, free) || !stems.reserve(folder, free)) continue
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
        for (const folder of folders) {
          stems.forget(folder)
          xmp.forget(folder)
        }
        throw error
      }
    },
  }
}
