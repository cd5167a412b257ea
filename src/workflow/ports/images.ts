/** Reduces pictures. Sharp on Node, the Images binding on Workers. */
import type { ThumbnailBox } from './storage.ts'

export type ThumbnailType = 'image/jpeg' | 'image/webp' | 'image/avif'

export interface ReducedImage {
  bytes: Uint8Array
  mediaType: ThumbnailType
  width: number
  height: number
}

export interface ImageReducer {
  /**
   * Gives the picture turned upright (EXIF orientation applied), fitted into the box without enlarging, as sRGB, without any metadata.
   * `owner` is the tenant, for fairness between tenants where work has to queue. Throws `photo_unreadable` for what is
   * corrupt or not JPEG, PNG or WebP by content, `photo_too_large` beyond the pixel or byte limit, `busy` when the queue is full,
   * `thumbnail_unavailable` where this host cannot reduce pictures.
   */
  reduce(
    source: { body: ReadableStream<Uint8Array>; size: number },
    box: ThumbnailBox,
    mediaType: ThumbnailType,
    owner: string,
  ): Promise<ReducedImage>
}
