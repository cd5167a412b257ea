/** Recent captions of the photographer, from the newest sidecars of the root and the archive. */
import type { Folder } from '../../ports/photo.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { captionOf, parseSidecar } from '../sidecar.ts'

const maxCaptions = 8

/**
 * Returns the captions of the newest photos, newest first. Skips folders and sidecars that cannot be read; new captions then vary
 * a little less.
 */
export async function recentCaptions({
  store,
  onTrouble,
}: {
  store: PhotoStore
  onTrouble(error: unknown): void
}): Promise<string[]> {
  const orNothing = (error: unknown) => {
    onTrouble(error)
    return []
  }
  const photos = await Promise.all(
    (['root', 'archive'] as const).map((folder) => newestIn(store, folder).catch(orNothing)),
  )
  const newest = photos
    .flat()
    .sort((one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime())
    .slice(0, maxCaptions)
  const captions = await Promise.all(
    newest
      .map(async ({ folder, name }) => {
        const sidecar = await store.readSidecar(folder, name)
        if (sidecar === null || sidecar === 'unreadable') return []
        const caption = captionOf(parseSidecar(sidecar.text))
        return caption ? [caption] : []
      })
      .map((reading) => reading.catch(orNothing)),
  )
  return captions.flat()
}

async function newestIn(store: PhotoStore, folder: Folder) {
  const { photos, withSidecar } = await store.list(folder)
  return photos.filter(({ name }) => withSidecar.has(name)).map((photo) => ({ ...photo, folder }))
}
