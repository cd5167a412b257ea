/** Reads each sidecar only once per request. */
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { PhotoStore, SidecarReading } from '../ports/storage.ts'

/**
 * Wraps the store for one request. Remembers each sidecar until this request writes to it, or moves or deletes a photo. A write
 * names the revision that was read, so a change by another process is still detected.
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
