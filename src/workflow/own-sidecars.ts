/** A store in which each photo has a sidecar of its own, also where photos share a stem: the one place that applies the rule. */
import { isPublisherError, PublisherError } from '../base/errors.ts'
import {
  type Folder,
  fitsFullName,
  numberedName,
  type PhotoName,
  type SidecarForm,
  siblingNames,
} from '../ports/photo.ts'
import { sidecarUnreadable } from '../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoStore, SidecarReading } from '../ports/storage.ts'
import { createKnownStems, recentMs } from './sidecar/known-stems.ts'
import { isOwnFullName, type Ownership, type OwnershipQuestions, ownershipOf } from './sidecar/ownership.ts'
import { formatSidecar, parseSidecar, withOwner } from './sidecar.ts'

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

/** Which file is the photo's sidecar, and what is in it. `form` is `null` where the stem's is another photo's. */
interface Found {
  form: SidecarForm | null
  reading: SidecarReading
  /** The sidecar itself says whose it is. */
  isNamed: boolean
}

/** Sources that tell ownership, for one purpose. */
interface Inquiry {
  store: Pick<PhotoStore, 'readSidecar' | 'stat'>
  isAlone(folder: Folder, name: PhotoName): boolean
  sha256Of(folder: Folder, entry: PhotoEntry): Promise<string | null>
  /** A file that the storage never gives counts as unreadable. */
  insists: boolean
}

const maxFindings = 200
const maxNumber = 1000
/** Marks the revision of a sidecar that has its photo's full name. */
const fullNameMark = 'full-name '

/**
 * The same store, whose moves, deletions and words touch the sidecar of that very photo. A photo whose stem's sidecar is another
 * one's has its own under its full name, `IMG_7.webp.txt`. An upload gets a stem that no photo has.
 *
 * Reads one sidecar where a listing of the last 30 s says that the photo has its stem for itself. A move reads nothing more after a
 * reading of the same request that found the sidecar's owner in it. An upload reads two, and lists the folder at most every 30 s.
 */
export function withOwnSidecars(store: PhotoStore, tools: OwnSidecarTools): PhotoStore {
  const { now, sha256Of = async () => null, rememberedSha256Of, whenChanging = store } = tools
  const foldsCase = store.provider === 'dropbox'
  /** It depends on the disk. */
  const mayFoldCase = store.provider === 'local'
  const stems = createKnownStems({ now, foldsCase, mayFoldCase })
  const listings = new Map<Folder, Promise<unknown>>()
  /** When a sidecar was last found to name the photo: it does not change hands. */
  const owned = new Map<string, number>()

  const looking: Inquiry = {
    store,
    isAlone: stems.isAlone,
    sha256Of: rememberedSha256Of ? (_, entry) => rememberedSha256Of(entry) : sha256Of,
    insists: false,
  }
  const moving: Inquiry = { store: whenChanging, isAlone: stems.isAlone, sha256Of, insists: true }
  // A listing may be outdated, and a deletion is for good.
  const deleting: Inquiry = { ...moving, isAlone: () => false }

  function questionsAbout(inquiry: Inquiry, folder: Folder, name: PhotoName): OwnershipQuestions {
    const stat = (photo: PhotoName) => inquiry.store.stat(folder, photo)
    return {
      foldsCase,
      async exists(other) {
        if (inquiry.isAlone(folder, name)) return false
        const entry = await stat(other)
        const maySame = mayFoldCase && other.toLowerCase() === name.toLowerCase()
        // On disk the hash names the file itself.
        return entry !== null && !(maySame && (await stat(name))?.contentHash === entry.contentHash)
      },
      async sha256() {
        const entry = await stat(name)
        return entry && inquiry.sha256Of(folder, entry)
      },
    }
  }

  async function read(
    { store: { readSidecar }, insists }: Inquiry,
    folder: Folder,
    name: PhotoName,
    form: SidecarForm,
  ): Promise<SidecarReading> {
    if (form === 'full' && !fitsFullName(name)) return null
    const reading = readSidecar(folder, name, form)
    return insists ? reading.catch((error) => unlessTemporary(error, 'unreadable')) : reading
  }

  async function ownership(
    inquiry: Inquiry,
    folder: Folder,
    name: PhotoName,
    reading: Exclude<SidecarReading, null>,
  ): Promise<Ownership> {
    const questions = questionsAbout(inquiry, folder, name)
    const found = ownershipOf(reading, name, questions)
    if (!inquiry.insists) return found
    return found.catch((error) => ownershipOf(unlessTemporary(error, 'unreadable'), name, questions))
  }

  async function find(inquiry: Inquiry, folder: Folder, name: PhotoName): Promise<Found> {
    const ofStem = await read(inquiry, folder, name, 'stem')
    const owner = ofStem && (await ownership(inquiry, folder, name, ofStem))
    const stem: Found = { form: 'stem', reading: ofStem, isNamed: owner === 'own' }
    if (owner === 'own') {
      if (owned.size >= maxFindings) owned.clear()
      owned.set(`${folder}/${name}`, now())
      return stem
    }
    const isFirst = owner === 'first' && siblingNames(name, foldsCase).before.length === 0
    if (isFirst || (owner !== 'other' && inquiry.isAlone(folder, name))) return stem
    const full = await read(inquiry, folder, name, 'full')
    if (isOwnFullName(full, name, foldsCase)) return { form: 'full', reading: full, isNamed: true }
    if (owner !== 'other') return stem
    return { form: null, reading: full && 'unreadable', isNamed: false }
  }

  /** Photos of other names may come to share a stem by this move: each sidecar then says whose it is. */
  async function nameOwners(found: Found, name: PhotoName, from: Folder, to: Folder): Promise<void> {
    const { form, reading, isNamed } = found
    const mayChangeHands = form === 'stem' && !isNamed && reading !== null && reading !== 'unreadable'
    if (from === to || (form !== 'full' && !mayChangeHands)) return
    const { all } = siblingNames(name, foldsCase)
    const entries = await Promise.all(all.map((other) => whenChanging.stat(to, other)))
    const siblings = all.filter((_, index) => entries[index])
    if (siblings.length === 0) return
    if (form === 'stem') return nameOwner(from, name, found)
    for (const sibling of siblings) await nameOwner(to, sibling, await find(deleting, to, sibling))
  }

  async function nameOwner(
    folder: Folder,
    name: PhotoName,
    { form, reading, isNamed }: Found,
  ): Promise<void> {
    if (form !== 'stem' || isNamed || reading === null || reading === 'unreadable') return
    const named = formatSidecar(withOwner(parseSidecar(reading.text), name))
    const writing = store.writeSidecar(folder, name, named, reading.revision)
    await writing.catch((error) => unlessTemporary(error, undefined))
  }

  async function list(folder: Folder): ReturnType<PhotoStore['list']> {
    const listedAtMs = now()
    const listing = await store.list(folder)
    stems.note(folder, listing, listedAtMs)
    return listing
  }

  /** Lists the folder unless that was done recently. */
  async function learnStems(folder: Folder): Promise<void> {
    if (stems.isRecent(folder)) return
    const listing = listings.get(folder) ?? list(folder).finally(() => listings.delete(folder))
    listings.set(folder, listing)
    await listing
  }

  /** Gives the first name whose stem no photo has, nor a sidecar, after reserving it. */
  async function reserveName(folder: Folder, name: PhotoName): Promise<PhotoName> {
    await learnStems(folder)
    for (let number = 1; number <= maxNumber; number++) {
      const free = numberedName(name, number)
      if (!stems.reserve(folder, free)) continue
      let isFree = false
      try {
        const forms = ['stem', 'full'] as const
        const sidecars = await Promise.all(forms.map((form) => read(looking, folder, free, form)))
        isFree = sidecars.every((sidecar) => sidecar === null)
        if (isFree) return free
      } finally {
        if (!isFree) stems.release(folder, free)
      }
    }
    throw new PublisherError('storage_unavailable', 'There are too many photos of this name.')
  }

  /** A change that failed may have been made. */
  async function changing<T>(folders: readonly Folder[], change: Promise<T>): Promise<T> {
    try {
      return await change
    } catch (error) {
      for (const folder of folders) stems.forget(folder)
      throw error
    }
  }

  return {
    ...store,
    list,

    async upload(folder, name, body, size) {
      const free = await reserveName(folder, name)
      try {
        const entry = await changing([folder], store.upload(folder, free, body, size))
        stems.add(folder, entry.name, null)
        return entry
      } finally {
        stems.release(folder, free)
      }
    },

    async move(name, from, to) {
      const isOwned = now() - (owned.get(`${from}/${name}`) ?? -Infinity) < recentMs
      const found = isOwned ? null : await find(moving, from, name)
      if (found) await nameOwners(found, name, from, to)
      const form = found ? found.form : 'stem'
      owned.delete(`${from}/${name}`)
      const moved = await changing([from, to], store.move(name, from, to, form))
      stems.remove(from, name)
      stems.add(to, moved, form)
      return moved
    },

    async delete(folder, name) {
      const { form } = await find(deleting, folder, name)
      owned.delete(`${folder}/${name}`)
      const deleted = await changing([folder], store.delete(folder, name, form))
      stems.remove(folder, name)
      return deleted
    },

    async readSidecar(folder, name) {
      const { form, reading } = await find(looking, folder, name)
      if (form !== 'full' || reading === null || reading === 'unreadable') return reading
      return { ...reading, revision: fullNameMark + reading.revision }
    },

    async writeSidecar(folder, name, text, ifRevision) {
      if (ifRevision?.startsWith(fullNameMark)) {
        const revision = ifRevision.slice(fullNameMark.length)
        return store.writeSidecar(folder, name, text, revision, 'full')
      }
      try {
        if (ifRevision !== undefined) return await store.writeSidecar(folder, name, text, ifRevision)
      } catch (error) {
        if (ifRevision !== null || !isPublisherError(error, 'sidecar_changed')) throw error
      }
      const { form, reading } = await find(looking, folder, name)
      if (form === null && (reading === 'unreadable' || !fitsFullName(name))) throw sidecarUnreadable()
      await store.writeSidecar(folder, name, text, ifRevision, form ?? 'full')
      if (form !== 'stem') stems.add(folder, name, 'full')
    },
  }
}

/** The value that stands for a file which the storage does not give. Throws an error that a repetition may cure. */
function unlessTemporary<T>(error: unknown, value: T): T {
  const isTemporary =
    isPublisherError(error) && (error.isOutage || error.retryAfterMs !== undefined || error.code === 'busy')
  if (isTemporary) throw error
  return value
}
