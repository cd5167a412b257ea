/** Words of the photographer about the photos of one tenant: in XMP files beside them, and inside them. */
import type { EmbeddedBlocks } from '../base/metadata/embedded.ts'
import type { PhotographerMetadata } from '../base/metadata/photographer.ts'
import type { Folder } from '../ports/photo.ts'
import type { PhotoContent, PhotoEntry, PhotoListing, PhotoStore } from '../ports/storage.ts'
import { type BesideTools, wordsBeside } from './photographer/beside.ts'
import { combinedWords } from './photographer/combine.ts'
import { createInsideWords, type InsideTools } from './photographer/inside.ts'
import { observedBody, readBlocks } from './photographer/observed-body.ts'
import { createRejections } from './photographer/rejections.ts'

export type { Remembered } from './photographer/beside.ts'

export interface PhotographerNotes {
  /**
   * Returns what is known, or `null` if nothing is. Reads an XMP file or the kept words at most once for their version, and never an
   * original. Never throws.
   */
  of(folder: Folder, entry: PhotoEntry): Promise<PhotographerMetadata | null>
  /** Checks if the photographer rejected the photo, as far as is known. Reads as {@link of} does, but no kept words. Never throws. */
  isRejected(folder: Folder, entry: PhotoEntry): Promise<boolean>
  /** Leaves out the photos of the root that {@link isRejected} found rejected, as they are listed now. Reads nothing. */
  withoutRejected(listing: PhotoListing): readonly PhotoEntry[]
  /** Checks if this program has looked inside the photo. Never throws. */
  isKnown(entry: PhotoEntry): Promise<boolean>
  /** Passes an original on, and notes what it says about itself while its bytes pass. */
  observe(content: PhotoContent): PhotoContent
  /** Reads an original up to the end of its metadata, and notes the result. Throws the errors of the store. */
  learn(folder: Folder, entry: PhotoEntry): Promise<void>
  /** Notes what was found inside a photo. Keeps it at the next {@link save}. */
  note(entry: PhotoEntry, blocks: EmbeddedBlocks): void
  /** Checks if {@link save} has something to keep. */
  hasNews(): boolean
  /** Keeps in the storage what was noted. Never throws. */
  save(): Promise<void>
}

/** Notes of a tenant whose photos say nothing. */
export const noNotes: PhotographerNotes = {
  of: async () => null,
  isRejected: async () => false,
  withoutRejected: ({ photos }) => photos,
  isKnown: async () => true,
  observe: (content) => content,
  learn: async () => undefined,
  note: () => undefined,
  hasNews: () => false,
  save: async () => undefined,
}

export interface PhotographerOptions extends Omit<BesideTools, 'store'>, InsideTools {
  /** Returns the store for people who look. */
  viewing(): BesideTools['store']
  /** Opens an original. */
  read: PhotoStore['read']
}

/** Creates the notes of one tenant. Sends nothing before the first use. */
export function createPhotographerNotes(options: PhotographerOptions): PhotographerNotes {
  const { viewing, read } = options
  const inside = createInsideWords(options)
  const rejections = createRejections()
  const beside = (folder: Folder, entry: PhotoEntry) =>
    wordsBeside({ ...options, store: viewing() }, folder, entry)
  return {
    async of(folder, entry) {
      const [files, words = null] = await Promise.all([beside(folder, entry), inside.of(entry)])
      return combinedWords(files, words)
    },
    async isRejected(folder, entry) {
      const [files, isRejectedInside] = await Promise.all([beside(folder, entry), inside.isRejected(entry)])
      const rating = combinedWords(files, null)?.rating ?? null
      const isRejected = rating === null ? isRejectedInside : rating === -1
      if (isRejected && folder === 'root') rejections.add(entry, await viewing().list(folder).catch(noFiles))
      return isRejected
    },
    withoutRejected: rejections.leftOf,
    isKnown: async (entry) => (await inside.of(entry)) !== undefined,
    observe: ({ entry, body }) => ({
      entry,
      body: observedBody(body, entry.size, (blocks) => inside.note(entry, blocks)),
    }),
    async learn(folder, { name }) {
      const { entry, body } = await read(folder, name)
      const blocks = await readBlocks(body, entry.size)
      if (blocks) inside.note(entry, blocks)
    },
    note: inside.note,
    hasNews: inside.hasNews,
    save: inside.save,
  }
}

const noFiles = () => ({})
