/** What the photographer wrote about the photos of one tenant: in XMP files beside them, and inside them. */
import type { PhotographerMetadata } from '../base/metadata/photographer.ts'
import type { Folder } from '../ports/photo.ts'
import type { PhotoContent, PhotoEntry } from '../ports/storage.ts'

export interface PhotographerNotes {
  /**
   * Returns what is known, or `null` if nothing is. Reads an XMP file or the kept words at most once for their version, and never an
   * original. Never throws.
   */
  of(folder: Folder, entry: PhotoEntry): Promise<PhotographerMetadata | null>
  /** Checks if this program has looked inside the photo. Never throws. */
  isKnown(entry: PhotoEntry): Promise<boolean>
  /** Passes an original on, and notes what it says about itself while its bytes pass. */
  observe(content: PhotoContent): PhotoContent
  /** Reads an original up to the end of its metadata, and notes the result. Throws the errors of the store. */
  learn(folder: Folder, entry: PhotoEntry): Promise<void>
}

/** Notes of a tenant whose photos say nothing. */
export const noNotes: PhotographerNotes = {
  of: async () => null,
  isKnown: async () => false,
  observe: (content) => content,
  learn: async () => undefined,
}
