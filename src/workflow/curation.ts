/** Curation: keep, remove and restore only move the photo and its sidecar. Delete is permanent. */
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'

export interface Curated {
  /** Name in the target folder. If the name was in use there, the photo got a number. */
  name: PhotoName
  folder: Folder
}

/** Folders that a photo can be restored from, in search order. */
export const restorable = ['keep', 'remove', 'archive'] as const
export type Restorable = (typeof restorable)[number]

/** Moves a photo out of the root. Throws `photo_not_found`, also for a second click after the move. */
export async function putAside(store: PhotoStore, name: PhotoName, to: 'keep' | 'remove'): Promise<Curated> {
  return { name: await store.move(name, 'root', to), folder: to }
}

/** Moves a photo back to the root: out of `from`, or out of the first folder that has it. Throws `photo_not_found`. */
export async function restore(store: PhotoStore, name: PhotoName, from?: Restorable): Promise<Curated> {
  const folder = from ?? (await findIn(store, name))
  return { name: await store.move(name, folder, 'root'), folder: 'root' }
}

/**
 * Deletes a photo and its sidecar permanently. Throws `photo_not_found` before it deletes anything: the sidecar may belong to
 * another photo of the same stem.
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

/** Throws `photo_not_found` for a previewed change, as the change itself would. */
export async function assertExists(store: PhotoStore, folder: Folder, name: PhotoName): Promise<void> {
  if (!(await store.stat(folder, name))) throw photoNotFound()
}

/** Returns the folder that {@link restore} would take the photo from. Throws `photo_not_found`. */
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
