/** Credit that leaves with copies of a photo: creators, copyright and usage terms that the photographer wrote. */
import type { Credit } from '../base/metadata/photographer.ts'
import type { Folder } from '../ports/photo.ts'
import type { PhotoEntry } from '../ports/storage.ts'
import type { PhotographerNotes } from './photographer.ts'

/** Returns the credit of a photo, or `null` if it has none. Never rejects: a copy without credit is better than no copy. */
export type CreditOf = (folder: Folder, entry: PhotoEntry) => Promise<Credit | null>

/** Copies without credit, for tenants who switch it off. */
export const noCredit: CreditOf = async () => null

/** Reads credit from the notes. Looks inside a photo that this program has not read before, because its copy is leaving now. */
export function creditFrom(
  notes: Pick<PhotographerNotes, 'of' | 'isKnown' | 'learn'>,
  onTrouble: (error: unknown) => void,
): CreditOf {
  return async (folder, entry) => {
    try {
      if (!(await notes.isKnown(entry))) await notes.learn(folder, entry)
    } catch (error) {
      onTrouble(error)
    }
    return notes.of(folder, entry)
  }
}
