/**
 * Index of one tenant's photos: facts that last, by content hash. The document lies in the tenant's storage and in memory. Losing it, or
 * some notes, only costs the work to find them again.
 */
import { plainFolder, previewFolder } from '../../ports/preview-files.ts'
import type { PhotoEntry } from '../../ports/storage.ts'
import { type IndexDocument, type KnownPhoto, mergePhotos } from './index-document.ts'
import { createKeptIndex, dayOf, type LoadedIndex, type PhotoIndexOptions } from './kept-index.ts'

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

/** Age up to which an index tells that a photo has no previews. Other processes may have made previews since. */
const recentMs = 60_000
/** Number of photos from which the stored index may have left out notes, to stay below its size limit. */
const crowdedPhotos = 3000

/** Creates the index of one tenant. Sends nothing before the first use. */
export function createPhotoIndex(options: PhotoIndexOptions): PhotoIndex {
  const { memory, now } = options
  const { reader, writer } = createKeptIndex(options)
  const { loaded } = reader

  function change(index: LoadedIndex, folder: string, photo: KnownPhoto): void {
    index.photos.set(folder, photo)
    memory.set(index)
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
      const { isComplete, readAt, photos } = await loaded()
      return isComplete && photos.size < crowdedPhotos && now() - readAt < recentMs
    },

    async note(photo, note) {
      const key = await folderOf(photo)
      const index = await loaded()
      const before = index.photos.get(key)
      const after = mergePhotos(before, { ...unknown, ...note, day: dayOf(now()) })
      if (before && isSame(before, after)) return
      change(memory.get() ?? index, key, after)
      writer.add(key, after)
    },

    async forgetFile(photo, name) {
      const key = await folderOf(photo)
      const index = await loaded()
      const known = index.photos.get(key)
      if (!known?.files.includes(name)) return
      change(index, key, { ...known, files: known.files.filter((other) => other !== name) })
    },

    save: writer.save,
    rewrite: writer.rewrite,
  }
}

const unknown: Omit<KnownPhoto, 'day'> = {
  facts: null,
  placeholder: null,
  sha256: null,
  words: null,
  files: [],
}

async function folderOf({ contentHash }: Hashed): Promise<string> {
  return plainFolder(contentHash) ?? previewFolder(contentHash)
}

function isSame(one: KnownPhoto, other: KnownPhoto): boolean {
  const text = ({ day: _, ...known }: KnownPhoto) => JSON.stringify(known)
  return text(one) === text(other)
}
