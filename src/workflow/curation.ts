/** Curation: keep, remove and restore are moves of photo and sidecar, nothing is lost; delete is for good. */

import type { Folder, PhotoName } from '../ports/photo.ts'
import type { PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'

export interface Curated {
  /** The name at the target: a taken one got a number. */
  name: PhotoName
  folder: Folder
}

/** Where a photo can be brought back from, in the order in which it is looked for. */
export const restorable = ['keep', 'remove', 'archive'] as const
export type Restorable = (typeof restorable)[number]

/** Moves a photo out of the root. Throws `photo_not_found`, also for a second click after the move. */
export async function putAside(store: PhotoStore, name: PhotoName, to: 'keep' | 'remove'): Promise<Curated> {
  return { name: await store.move(name, 'root', to), folder: to }
}

/** Brings a photo back to the root, from the first folder that has it unless `from` says which. Throws `photo_not_found`. */
export async function restore(store: PhotoStore, name: PhotoName, from?: Restorable): Promise<Curated> {
  const folder = from ?? (await findIn(store, name))
  return { name: await store.move(name, folder, 'root'), folder: 'root' }
}

/**
 * Deletes a photo and its sidecar for good. Throws `photo_not_found` before anything is deleted, so that a missing photo takes no
 * sidecar with it that another photo of its stem may have.
 */
export async function deletePhoto(
  store: PhotoStore,
  folder: Folder,
  name: PhotoName,
): Promise<{ sidecarDeleted: boolean }> {
  await assertExists(store, folder, name)
  const { deleted, sidecarDeleted } = await store.delete(folder, name)
  if (!deleted) throw photoNotFound()
  return { sidecarDeleted }
}

/** Throws `photo_not_found` where a change that is only previewed would. */
export async function assertExists(store: PhotoStore, folder: Folder, name: PhotoName): Promise<void> {
  if (!(await store.stat(folder, name))) throw photoNotFound()
}

/** Gives the folder that {@link restore} would take the photo from. Throws `photo_not_found`. */
export async function restoredFrom(
  store: PhotoStore,
  name: PhotoName,
  from?: Restorable,
): Promise<Restorable> {
  if (from === undefined) return findIn(store, name)
  await assertExists(store, from, name)
  return from
}

async function findIn(store: PhotoStore, name: PhotoName): Promise<Restorable> {
  const found = await Promise.all(restorable.map((folder) => store.stat(folder, name)))
  const folder = restorable.find((_, index) => found[index])
  if (!folder) throw photoNotFound()
  return folder
}
