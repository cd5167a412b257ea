/** The photo index of one tenant between memory and storage: read once, and written with the notes of all processes. */
import { settlesWithin } from '../../base/time.ts'
import { indexFolder } from '../../ports/preview-files.ts'
import type { PreviewFiles } from '../../ports/storage.ts'
import {
  emptyIndex,
  formatIndex,
  type IndexDocument,
  type KnownPhoto,
  mergeIndexes,
  mergePhotos,
  parseIndex,
} from './index-document.ts'

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

/** Pause after a failed read or write. */
const troubleMs = 300_000
/** Time limit of another request's write, which a Worker may cancel with its request. */
const flightMs = 60_000
/** Time limit of another request's read, since the read began. People wait for it, and the answer works without the index. */
const readPatienceMs = 10_000
/** Upper bound on photos with notes that wait to be written. */
const maxWaiting = 2000

/** Notes that are not stored yet, by folder. */
interface Notes {
  waiting: Map<string, KnownPhoto>
}

export interface IndexReader {
  /** Returns the index. Never throws: while the storage fails, the index has only the notes of this process. */
  loaded(): Promise<LoadedIndex>
  /** Puts a stored index into memory, with the notes that wait. */
  remember(stored: IndexDocument, isComplete: boolean): LoadedIndex
}

export interface IndexWriter {
  /** Adds a note to the next write. */
  add(folder: string, photo: KnownPhoto): void
  /** Starts a write after a delay, unless another write waits already. */
  save(waitUntil: (work: Promise<unknown>) => void): void
  /** Reads the stored index anew, lets `decide` change it, and writes the answer. `null`: no change. Throws errors of the store. */
  rewrite(decide: (stored: IndexDocument) => Promise<IndexDocument | null>): Promise<void>
}

/** Creates both sides of one index. */
export function createKeptIndex(options: PhotoIndexOptions): { reader: IndexReader; writer: IndexWriter } {
  const notes: Notes = { waiting: new Map() }
  const reader = createReader(options, notes)
  return { reader, writer: createWriter(options, notes, reader) }
}

function createReader({ files, memory, now, onTrouble }: PhotoIndexOptions, notes: Notes): IndexReader {
  let loading: { index: Promise<LoadedIndex>; since: number } | undefined

  function remember(stored: IndexDocument, isComplete: boolean): LoadedIndex {
    const { photos, sweptDay } = mergeIndexes(stored, documentOf(notes.waiting))
    const index: LoadedIndex = {
      photos: new Map(photos),
      // A new index is swept a day later at the earliest.
      sweptDay: sweptDay || dayOf(now()),
      isComplete,
      readAt: now(),
      triedAt: now(),
    }
    memory.set(index)
    return index
  }

  const unread = (): LoadedIndex => ({
    photos: new Map(notes.waiting),
    sweptDay: dayOf(now()),
    isComplete: false,
    readAt: 0,
    triedAt: now(),
  })

  async function read(): Promise<LoadedIndex> {
    try {
      const { document, isComplete } = await readStored(files)
      return remember(document, isComplete)
    } catch (error) {
      onTrouble(error)
      const index = unread()
      memory.set(index)
      return index
    }
  }

  return {
    remember,
    async loaded() {
      for (;;) {
        const known = memory.get()
        if (known && (known.readAt > 0 || now() - known.triedAt < troubleMs)) return known
        const running = loading
        const flight = running ?? { index: read(), since: now() }
        loading = flight
        const deadline = flight.since + readPatienceMs
        const isSettled = await settlesWithin(flight.index, deadline - now())
        if (loading === flight) loading = undefined
        if (isSettled) return flight.index
        // On a Worker, the request of another flight may have ended before the deadline. Then read anew.
        if (!running || now() >= deadline) return unread()
      }
    },
  }
}

function createWriter(options: PhotoIndexOptions, notes: Notes, { remember }: IndexReader): IndexWriter {
  const { files, now, delay, onTrouble } = options
  let writing: { since: number } | null = null
  let pausedUntil = 0

  async function write(): Promise<void> {
    await delay()
    const taken = notes.waiting
    notes.waiting = new Map()
    try {
      const { document, isComplete } = await readStored(files)
      const merged = mergeIndexes(document, documentOf(taken))
      const changed = { ...merged, sweptDay: merged.sweptDay || dayOf(now()) }
      if (!isComplete || formatIndex(changed) !== formatIndex(document)) await writeStored(files, changed)
      remember(changed, true)
    } catch (error) {
      for (const [folder, photo] of taken) add(folder, photo)
      pausedUntil = now() + troubleMs
      onTrouble(error)
    }
  }

  /** Writes until no note waits: some arrive during a write, perhaps the last of the process. */
  async function writeAll(): Promise<void> {
    do await write()
    while (notes.waiting.size > 0 && now() >= pausedUntil)
  }

  function add(folder: string, photo: KnownPhoto): void {
    if (!files || notes.waiting.size >= maxWaiting) return
    notes.waiting.set(folder, mergePhotos(notes.waiting.get(folder), photo))
  }

  return {
    add,
    save(waitUntil) {
      if (notes.waiting.size === 0 || now() < pausedUntil) return
      if (writing && now() - writing.since < flightMs) return
      const mine = { since: now() }
      writing = mine
      const work = writeAll().finally(() => {
        if (writing === mine) writing = null
      })
      waitUntil(work)
    },
    async rewrite(decide) {
      const { document, isComplete } = await readStored(files)
      const changed = isComplete ? await decide(document) : null
      if (changed === null) return
      await writeStored(files, changed)
      remember(changed, true)
    },
  }
}

/** Name of the file. */
const file = 'photos.json'

async function readStored(
  files: PhotoIndexOptions['files'],
): Promise<{ document: IndexDocument; isComplete: boolean }> {
  const bytes = await files?.readPreview(indexFolder, file)
  if (!bytes) return { document: emptyIndex, isComplete: true }
  const document = parseIndex(new TextDecoder().decode(bytes))
  return { document: document ?? emptyIndex, isComplete: document !== null }
}

async function writeStored(files: PhotoIndexOptions['files'], document: IndexDocument): Promise<void> {
  await files?.writePreview(indexFolder, file, new TextEncoder().encode(formatIndex(document)))
}

const documentOf = (photos: ReadonlyMap<string, KnownPhoto>): IndexDocument => ({ ...emptyIndex, photos })

/** Returns the day, in days since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / 86_400_000)
}
