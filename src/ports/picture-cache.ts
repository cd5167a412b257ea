/** Cache of thumbnails outside the process, near visitors. */
import type { ThumbnailType } from './images.ts'

/** Names a thumbnail of a host's photo. */
export interface PictureKey {
  host: string
  /** Name of the photo in the root folder. */
  name: string
  /** Strong entity tag, which differs by version of the photo, size and type. */
  etag: string
}

export interface CachedPicture {
  bytes: Uint8Array<ArrayBuffer>
  mediaType: ThumbnailType
}

export interface PictureCache {
  /** Returns the kept picture, or `null`. Throws if the cache fails. */
  match(key: PictureKey): Promise<CachedPicture | null>
  /** Keeps a picture for a day at most. Throws if the cache fails. */
  put(key: PictureKey, picture: CachedPicture): Promise<void>
}
