/** Pictures for the platforms: reduced from the same original, once per size. */
import { PublisherError } from '../../base/errors.ts'
import type { ImageReducer, ReducedImage } from '../../ports/images.ts'
import type { Folder } from '../../ports/photo.ts'
import type { PhotoEntry, PhotoStore, ThumbnailBox } from '../../ports/storage.ts'

export interface Pictures {
  /** Returns a JPEG without metadata. Throws `photo_changed`, and the errors of the reducer and the store. */
  get(box: ThumbnailBox): Promise<ReducedImage>
}

interface PictureTools {
  store: PhotoStore
  images: ImageReducer
  owner: string
}

/** Creates the pictures one after another, which limits the memory that a photo needs. */
export function createPictures(
  { store, images, owner }: PictureTools,
  folder: Folder,
  entry: PhotoEntry,
): Pictures {
  const made = new Map<string, Promise<ReducedImage>>()
  let before: Promise<unknown> = Promise.resolve()

  async function make(box: ThumbnailBox): Promise<ReducedImage> {
    const content = await store.read(folder, entry.name)
    if (content.entry.contentHash !== entry.contentHash) {
      await content.body.cancel()
      throw new PublisherError(
        'photo_changed',
        'This photo has just been replaced. Check the photo, then publish again.',
      )
    }
    return images.reduce({ body: content.body, size: entry.size }, box, 'image/jpeg', owner)
  }

  return {
    get(box) {
      const key = `${box.width}x${box.height}`
      const known = made.get(key)
      if (known) return known
      const making = before.then(() => make(box))
      before = making.catch(() => undefined)
      made.set(key, making)
      return making
    },
  }
}
