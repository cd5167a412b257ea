/** A store in which each photo has a sidecar of its own, also where photos share a stem: the one place that applies the rule. */
import { isPublisherError, PublisherError } from '../errors.ts'
import {
  type Folder,
  numberedName,
  type PhotoName,
  type SidecarForm,
  siblingNames,
  sidecarName,
} from './photo.ts'
import type { PhotoEntry, PhotoListing, PhotoStore, SidecarReading } from './ports/storage.ts'
import { isOwnFullName, isOwnSidecar, type OwnershipQuestions } from './sidecar/ownership.ts'

export interface OwnSidecarTools {
  /** Milliseconds. */
  now: () => number
  /** The digest of a photo's bytes, lower-case hex. Default: sidecars that say only a digest count as anonymous. */
  sha256Of?: ((folder: Folder, entry: PhotoEntry) => Promise<string>) | undefined
}

/** Which file is the photo's sidecar, and what is in it. `form` is `null` where the stem's is another photo's. */
interface Found {
  form: SidecarForm | null
  reading: SidecarReading
}

/** What the last listing of a folder tells of its stems. */
interface Stems {
  listedAtMs: number
  /** Names of sidecars that more than one photo has, or may have by now. */
  shared: Set<string>
  withFullName: ReadonlySet<PhotoName>
}

/** Listings and findings of this age still count. */
const recentMs = 30_000
const maxFindings = 200
const maxNumber = 1000
/** Marks the revision of a sidecar that has its photo's full name. */
const fullNameMark = 'full-name '
/** Stores in which upper and lower case name the same file. */
const foldingProviders: ReadonlySet<string> = new Set(['dropbox'])

/**
 * The same store, whose moves, deletions and words touch the sidecar of that very photo. A photo whose stem's sidecar is another
 * one's has its own under its full name, `IMG_7.webp.txt`. An upload gets a stem that no photo has.
 *
 * Asks nothing more of the store while a listing of the last 30 s says that the photo has its stem for itself. A move asks nothing
 * more after a reading of the same request.
 */
export function withOwnSidecars(store: PhotoStore, { now, sha256Of }: OwnSidecarTools): PhotoStore {
  const foldsCase = foldingProviders.has(store.provider)
  const stems = new Map<Folder, Stems>()
  /** When a sidecar was last found to be the photo's own: it does not change hands. */
  const owned = new Map<string, number>()

  function isAlone(folder: Folder, name: PhotoName): boolean {
    const known = stems.get(folder)
    if (!known || now() - known.listedAtMs >= recentMs) return false
    return !known.shared.has(stemOf(name)) && !known.withFullName.has(name)
  }

  const exists = async (folder: Folder, name: PhotoName) => (await store.stat(folder, name)) !== null

  function questionsAbout(folder: Folder, name: PhotoName): OwnershipQuestions {
    return {
      foldsCase,
      exists: async (other) => !isAlone(folder, name) && (await exists(folder, other)),
      async sha256() {
        const entry = sha256Of && (await store.stat(folder, name))
        return entry ? ((await sha256Of?.(folder, entry)) ?? null) : null
      },
    }
  }

  async function find(folder: Folder, name: PhotoName): Promise<Found> {
    const ofStem = await store.readSidecar(folder, name)
    const isOwn = ofStem !== null && (await isOwnSidecar(ofStem, name, questionsAbout(folder, name)))
    if (isOwn) {
      if (owned.size >= maxFindings) owned.clear()
      owned.set(`${folder}/${name}`, now())
      return { form: 'stem', reading: ofStem }
    }
    const none: Found = { form: ofStem === null ? 'stem' : null, reading: null }
    if (ofStem === null && isAlone(folder, name)) return none
    const reading = await store.readSidecar(folder, name, 'full')
    return isOwnFullName(reading, name, foldsCase) ? { form: 'full', reading } : none
  }

  async function isStemFree(folder: Folder, name: PhotoName): Promise<boolean> {
    const names = siblingNames(name).filter((sibling) => !foldsCase || /\.[a-z]+$/.test(sibling))
    const sidecars = (['stem', 'full'] as const).map((form) => store.readSidecar(folder, name, form))
    const photos = [name, ...names].map((other) => store.stat(folder, other))
    const found: readonly unknown[] = await Promise.all([...sidecars, ...photos])
    return found.every((file) => file === null)
  }

  async function freeName(folder: Folder, name: PhotoName): Promise<PhotoName> {
    for (let number = 1; number <= maxNumber; number++) {
      const numbered = numberedName(name, number)
      if (await isStemFree(folder, numbered)) return numbered
    }
    throw new PublisherError('storage_unavailable', 'There are too many photos of this name.')
  }

  /** A photo that arrived may share its stem with others. */
  function noteArrival(folder: Folder, name: PhotoName): void {
    stems.get(folder)?.shared.add(stemOf(name))
  }

  return {
    ...store,

    async list(folder) {
      const listedAtMs = now()
      const listing = await store.list(folder)
      stems.set(folder, { listedAtMs, ...stemsIn(listing) })
      return listing
    },

    async upload(folder, name, body, size) {
      const entry = await store.upload(folder, await freeName(folder, name), body, size)
      noteArrival(folder, entry.name)
      return entry
    },

    async move(name, from, to) {
      const isOwned = now() - (owned.get(`${from}/${name}`) ?? -Infinity) < recentMs
      const form = isOwned || isAlone(from, name) ? 'stem' : (await find(from, name)).form
      owned.delete(`${from}/${name}`)
      const moved = await store.move(name, from, to, form)
      noteArrival(to, moved)
      return moved
    },

    async delete(folder, name) {
      return store.delete(folder, name, (await find(folder, name)).form)
    },

    async readSidecar(folder, name) {
      const { form, reading } = await find(folder, name)
      if (form !== 'full' || reading === null || reading === 'unreadable') return reading
      return { ...reading, revision: fullNameMark + reading.revision }
    },

    async writeSidecar(folder, name, text, ifRevision) {
      if (ifRevision?.startsWith(fullNameMark)) {
        const revision = ifRevision.slice(fullNameMark.length)
        return store.writeSidecar(folder, name, text, revision, 'full')
      }
      if (ifRevision === undefined) {
        const { form } = await find(folder, name)
        return store.writeSidecar(folder, name, text, undefined, form ?? 'full')
      }
      try {
        await store.writeSidecar(folder, name, text, ifRevision)
      } catch (error) {
        const isTaken = ifRevision === null && isPublisherError(error, 'sidecar_changed')
        if (!isTaken || (await find(folder, name)).form !== null) throw error
        await store.writeSidecar(folder, name, text, null, 'full')
      }
    },
  }
}

function stemsIn({ photos, withFullName = new Set() }: PhotoListing): Omit<Stems, 'listedAtMs'> {
  const seen = new Set<string>()
  const shared = new Set<string>()
  for (const { name } of photos) {
    const stem = stemOf(name)
    if (seen.has(stem)) shared.add(stem)
    seen.add(stem)
  }
  return { shared, withFullName }
}

/** Case is folded, so that stores that fold it have no stem for two. */
function stemOf(name: PhotoName): string {
  return sidecarName(name).toLowerCase()
}
