/** Cache of the photos of this visit. */
import type { Answer, GalleryApi, Photo } from './gallery-api.ts'
import { type Item, keyOf } from './order.ts'

export interface PhotoStore {
  known(item: Item): Photo | undefined
  /** True if the photo has left its folder during this visit. */
  isGone(item: Item): boolean
  keep(item: Item, photo: Photo): void
  forget(item: Item): void
  /** Fetches a photo into the cache. Concurrent calls for the same photo share a request. */
  fetch(item: Item): Promise<Answer>
  /** Fetches any photo of the inbox into the cache. Updates made during the request take precedence over its answer. */
  learnFrom(ask: () => Promise<Answer>): Promise<Answer>
}

export function createPhotoStore(api: GalleryApi): PhotoStore {
  /** Photos by key; `photo` is `null` for a photo that is gone. `at` is the logical time of the update. */
  const photos = new Map<string, { photo: Photo | null; at: number }>()
  const requests = new Map<string, Promise<Answer>>()
  let clock = 0
  const set = (item: Item, photo: Photo | null) => photos.set(keyOf(item), { photo, at: ++clock })

  async function learnFrom(ask: () => Promise<Answer>, itemOf: (photo: Photo) => Item): Promise<Answer> {
    const askedAt = clock
    const answer = await ask()
    if (!('photo' in answer)) return answer
    const item = itemOf(answer.photo)
    const known = photos.get(keyOf(item))
    if (known && known.at > askedAt) return { ...answer, photo: known.photo ?? answer.photo }
    set(item, answer.photo)
    return answer
  }

  return {
    known: (item) => photos.get(keyOf(item))?.photo ?? undefined,
    isGone: (item) => photos.get(keyOf(item))?.photo === null,
    keep: set,
    forget: (item) => set(item, null),
    async fetch(item) {
      const key = keyOf(item)
      const request =
        requests.get(key) ??
        learnFrom(
          () => api.photo(item),
          () => item,
        )
      requests.set(key, request)
      const answer = await request
      requests.delete(key)
      return answer
    },
    learnFrom: (ask) => learnFrom(ask, ({ filename }) => ({ name: filename, folder: 'root' })),
  }
}
