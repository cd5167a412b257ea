/** The photos that this visit knows, and the way to those that it does not know yet. */
import type { Answer, GalleryApi, Photo } from '../api.ts'
import { type Item, keyOf } from '../order.ts'

export interface PhotoStore {
  known(item: Item): Photo | undefined
  keep(item: Item, photo: Photo): void
  forget(item: Item): void
  /** Asks the server, with one request at a time for each photo. What it answers is known from then on. */
  fetch(item: Item): Promise<Answer>
}

export function createPhotoStore(api: GalleryApi): PhotoStore {
  const photos = new Map<string, Photo>()
  const requests = new Map<string, Promise<Answer>>()
  return {
    known: (item) => photos.get(keyOf(item)),
    keep: (item, photo) => photos.set(keyOf(item), photo),
    forget: (item) => photos.delete(keyOf(item)),
    async fetch(item) {
      const key = keyOf(item)
      const request = requests.get(key) ?? api.photo(item)
      requests.set(key, request)
      const answer = await request
      requests.delete(key)
      if ('photo' in answer) photos.set(key, answer.photo)
      return answer
    },
  }
}
