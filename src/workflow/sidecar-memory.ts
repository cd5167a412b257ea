/** Reads each sidecar once per request, however many steps of the request need its words. */
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { PhotoStore, SidecarReading } from '../ports/storage.ts'

/**
 * The same store for one request. A sidecar that was read is remembered until this request writes to it, or moves or deletes a
 * photo. Writes name the revision that was read, so a change by another process is noticed as before.
 */
export function readingSidecarsOnce(store: PhotoStore): PhotoStore {
  const readings = new Map<string, Promise<SidecarReading>>()
  const keyOf = (folder: Folder, name: PhotoName) => `${folder}/${name}`

  async function changing<T>(work: () => Promise<T>, forget: () => void): Promise<T> {
    try {
      return await work()
    } finally {
      forget()
    }
  }

  return {
    ...store,
    readSidecar(folder, name) {
      const key = keyOf(folder, name)
      const known = readings.get(key)
      if (known) return known
      const reading = store.readSidecar(folder, name)
      readings.set(key, reading)
      reading.catch(() => readings.delete(key))
      return reading
    },
    writeSidecar: (folder, name, text, ifRevision) =>
      changing(
        () => store.writeSidecar(folder, name, text, ifRevision),
        () => readings.delete(keyOf(folder, name)),
      ),
    move: (name, from, to) =>
      changing(
        () => store.move(name, from, to),
        () => readings.clear(),
      ),
    delete: (folder, name) =>
      changing(
        () => store.delete(folder, name),
        () => readings.clear(),
      ),
  }
}
