import type { Folder, PhotoName } from '../../src/workflow/photo.ts'
import type { PhotoStore, Sidecar } from '../../src/workflow/ports/storage.ts'

/** The photo's sidecar, `null` where it has none. Throws where it has one that cannot be read. */
export async function readableSidecar(
  store: PhotoStore,
  folder: Folder,
  name: PhotoName,
): Promise<Sidecar | null> {
  const sidecar = await store.readSidecar(folder, name)
  if (sidecar === 'unreadable') throw new Error('The sidecar cannot be read.')
  return sidecar
}
