/** Moves published photos to the archive. A failed move does not undo the publishing. */
import { isPublisherError } from '../../base/errors.ts'
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { PhotoStore } from '../../ports/storage.ts'

export interface Archived {
  name: PhotoName
  archived: boolean
  warnings: string[]
}

/** Moves the photo from the root to the archive. Never rejects; the next attempt completes an interrupted move. */
export async function archivePhoto(
  { store, onTrouble }: { store: PhotoStore; onTrouble(error: unknown): void },
  folder: Folder,
  name: PhotoName,
): Promise<Archived> {
  if (folder === 'archive') return { name, archived: true, warnings: [] }
  try {
    return { name: await store.move(name, 'root', 'archive'), archived: true, warnings: [] }
  } catch (error) {
    // Another attempt has already moved the photo.
    if (isPublisherError(error, 'photo_not_found') && (await isThere(store, name))) {
      return { name, archived: true, warnings: [] }
    }
    onTrouble(error)
    const warning =
      'The photo could not be moved to the archive. Publish again to finish the move; nothing is sent twice.'
    return { name, archived: false, warnings: [warning] }
  }
}

function isThere(store: PhotoStore, name: PhotoName): Promise<boolean> {
  return store.stat('archive', name).then(
    (entry) => entry !== null,
    () => false,
  )
}
