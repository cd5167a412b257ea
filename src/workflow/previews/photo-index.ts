/**
 * Index of one tenant's photos: facts that last, by content hash. The document lies in the tenant's storage and in memory. Losing it, or
 * some notes, only costs the work to find them again.
 */
import { settlesWithin } from '../../base/time.ts'
import { indexFolder, plainFolder, previewFolder } from '../../ports/preview-files.ts'
import type { PhotoEntry, PreviewFiles } from '../../ports/storage.ts'
import {
  emptyIndex,
  formatIndex,
  type IndexDocument,
  type KnownPhoto,
  mergeIndexes,
  mergePhotos,
  parseIndex,
} from './index-document.ts'

type Hashed = Pick<PhotoEntry, 'contentHash'>
/** News about a photo. */
export type PhotoNote = Partial<Omit<KnownPhoto, 'day'>>

export interface PhotoIndex {
  /** Returns what is known about the photo. Loads the index at the first use. Never throws. */
  get(photo: Hashed): Promise<KnownPhoto | undefined>
  /** Returns what memory knows about the photo, without a wait. Loads the index for later calls. */
  peek(photo: Hashed): KnownPhoto | undefined
  /** Returns the placeholders, `null` where none is known, in the order of the photos. Never throws. */
  placeholders(photos: readonly Hashed[]): Promise<(string | null)[]>
  /** True when the index is recent enough to say that a photo without a note has no previews. Never throws. */
  isRecent(): Promise<boolean>
  /** Returns the day of the last sweep. Never throws. */
  sweptDay(): Promise<number>
  /** Adds to what is known, in memory until {@link save}. */
  note(photo: Hashed, note: PhotoNote): Promise<void>
  /** Withdraws previews that turned out to be missing or damaged, in memory only. */
  forgetFile(photo: Hashed, file: string): Promise<void>
  /**
   * Writes new notes to the storage a little later, merged with those of other processes. Several calls cause a single write.
   * `waitUntil` keeps the write alive after the answer.
   */
  save(waitUntil: (work: Promise<unknown>) => void): void
  /** Reads the stored index anew, lets `change` decide, and writes its answer. `null`: nothing changes. Throws errors of the store. */
  rewrite(change: (stored: IndexDocument) => Promise<IndexDocument | null>): Promise<void>
}

/** Index of one tenant in memory. */
export interface LoadedIndex {
  /** Includes notes that are not stored yet. */
  photos: Map<string, KnownPhoto>
  sweptDay: number
  /** Time of the last successful reading of the storage; 0 before. Milliseconds since 1970. */
  readAt: number
  /** Time of the last attempt. */
  triedAt: number
  /** True if the stored index was readable or absent, so that it is complete. */
  isComplete: boolean
}

/** Memory for the index of one tenant. May forget it at any time. */
export interface IndexMemory {
  get(): LoadedIndex | undefined
  set(index: LoadedIndex): void
}

export interface PhotoIndexOptions {
  /** `null`: the index lives in memory only. */
  files: Pick<PreviewFiles, 'readPreview' | 'writePreview'> | null
  memory: IndexMemory
  now: () => number
  /** Waits before a write, so that many notes share it. */
  delay: () => Promise<void>
  /** Receives a failed read or write. */
  onTrouble(error: unknown): void
}

const file = 'photos.json'
/** Age up to which an index tells that a photo has no previews. Other processes may have made previews since. */
const recentMs = 60_000
/** Pause after a failed read or write. */
const troubleMs = 300_000
/** Time limit of another request's read or write, which a Worker may cancel with its request. */
const flightMs = 60_000
/** Upper bound on photos with notes that wait to be written. */
const maxPending = 2000

// eslint-disable-next-line max-lines-per-function -- one state, which all functions share
export function createPhotoIndex({ files, memory, now, delay, onTrouble }: PhotoIndexOptions): PhotoIndex {
  let loading: Promise<LoadedIndex> | undefined
  let pending = new Map<string, KnownPhoto>()
  let writing: { since: number } | null = null
  let pausedUntil = 0

  async function stored(): Promise<{ document: IndexDocument; isComplete: boolean }> {
    const bytes = await files?.readPreview(indexFolder, file)
    if (!bytes) return { document: emptyIndex, isComplete: true }
    const document = parseIndex(new TextDecoder().decode(bytes))
    return { document: document ?? emptyIndex, isComplete: document !== null }
  }

  const today = () => dayOf(now())
  const notesIn = (photos: ReadonlyMap<string, KnownPhoto>): IndexDocument => ({ ...emptyIndex, photos })

  function remember(document: IndexDocument, isComplete: boolean): LoadedIndex {
    const { photos, sweptDay } = mergeIndexes(document, notesIn(pending))
    // A new index is swept a day later at the earliest.
    const index = {
      photos: new Map(photos),
      sweptDay: sweptDay || today(),
      isComplete,
      readAt: now(),
      triedAt: now(),
    }
    memory.set(index)
    return index
  }

  /** Returns an index of the notes alone, for a storage that cannot be read. */
  const unread = (): LoadedIndex => ({
    photos: new Map(pending),
    sweptDay: today(),
    isComplete: false,
    readAt: 0,
    triedAt: now(),
  })

  async function read(): Promise<LoadedIndex> {
    try {
      const { document, isComplete } = await stored()
      return remember(document, isComplete)
    } catch (error) {
      onTrouble(error)
      const index = unread()
      memory.set(index)
      return index
    }
  }

  async function loaded(): Promise<LoadedIndex> {
    const known = memory.get()
    if (known && (known.readAt > 0 || now() - known.triedAt < troubleMs)) return known
    const flight = loading ?? read()
    loading = flight
    if (await settlesWithin(flight, flightMs)) {
      if (loading === flight) loading = undefined
      return flight
    }
    // Its request was cancelled. The next call reads anew.
    loading = undefined
    return unread()
  }

  function change(index: LoadedIndex, key: string, photo: KnownPhoto): void {
    index.photos.set(key, photo)
    memory.set(index)
  }

  async function write(): Promise<void> {
    await delay()
    const notes = pending
    pending = new Map()
    try {
      const { document, isComplete } = await stored()
      const known = mergeIndexes(document, notesIn(notes))
      const merged = { ...known, sweptDay: known.sweptDay || today() }
      const text = formatIndex(merged)
      if (!isComplete || text !== formatIndex(document)) {
        await files?.writePreview(indexFolder, file, new TextEncoder().encode(text))
      }
      remember(merged, true)
    } catch (error) {
      for (const [key, photo] of notes) pending.set(key, mergePhotos(pending.get(key), photo))
      pausedUntil = now() + troubleMs
      onTrouble(error)
    }
  }

  return {
    async get(photo) {
      const { photos } = await loaded()
      return photos.get(await folderOf(photo))
    },

    peek({ contentHash }) {
      const known = memory.get()
      if (!known) void loaded()
      return known?.photos.get(plainFolder(contentHash) ?? '')
    },

    async placeholders(photos) {
      const index = await loaded()
      const placeholderIn = (folder: string) => index.photos.get(folder)?.placeholder ?? null
      return Promise.all(
        photos.map((photo) => {
          const plain = plainFolder(photo.contentHash)
          return plain === null ? folderOf(photo).then(placeholderIn) : placeholderIn(plain)
        }),
      )
    },

    sweptDay: async () => (await loaded()).sweptDay,

    async isRecent() {
      const { isComplete, readAt } = await loaded()
      return isComplete && now() - readAt < recentMs
    },

    async note(photo, note) {
      const key = await folderOf(photo)
      const index = await loaded()
      const before = index.photos.get(key)
      const after = mergePhotos(before, { ...unknown, ...note, day: today() })
      if (before && isSame(before, after)) return
      change(memory.get() ?? index, key, after)
      if (files && pending.size < maxPending) pending.set(key, mergePhotos(pending.get(key), after))
    },

    async forgetFile(photo, name) {
      const key = await folderOf(photo)
      const index = await loaded()
      const known = index.photos.get(key)
      if (!known?.files.includes(name)) return
      change(index, key, { ...known, files: known.files.filter((other) => other !== name) })
    },

    save(waitUntil) {
      if (!files || pending.size === 0 || now() < pausedUntil) return
      if (writing && now() - writing.since < flightMs) return
      const mine = { since: now() }
      writing = mine
      const work = write().finally(() => {
        if (writing === mine) writing = null
      })
      waitUntil(work)
    },

    async rewrite(decide) {
      const { document, isComplete } = await stored()
      if (!isComplete) return
      const changed = await decide(document)
      if (changed === null) return
      await files?.writePreview(indexFolder, file, new TextEncoder().encode(formatIndex(changed)))
      remember(changed, true)
    },
  }
}

const unknown: Omit<KnownPhoto, 'day'> = { facts: null, placeholder: null, sha256: null, files: [] }

/** Returns the day, in days since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / 86_400_000)
}

async function folderOf({ contentHash }: Hashed): Promise<string> {
  return plainFolder(contentHash) ?? previewFolder(contentHash)
}

function isSame(one: KnownPhoto, other: KnownPhoto): boolean {
  const text = ({ day: _, ...known }: KnownPhoto) => JSON.stringify(known)
  return text(one) === text(other)
}
