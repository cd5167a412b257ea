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
   * Gives the picture turned upright (EXIF orientation applied), fitted into the box without enlarging, as sRGB, without
   * any metadata. The box turns to the picture's orientation: a portrait in 960x640 fits into 640x960. The result says
   * its media type, for a service may lack the one asked for. `owner` is the tenant, for fairness between tenants where
   * work has to queue. Reads `body` when it begins and cancels it when it fails.
   *
   * Throws `photo_unreadable` for what is corrupt or not JPEG, PNG or WebP by content, `photo_too_large` beyond the pixel
   * or byte limit, `busy` where trying again later helps, `thumbnail_unavailable` where this host cannot reduce pictures,
   * and whatever `body` fails with.
   */
  reduce(
    source: { body: ReadableStream<Uint8Array>; size: number },
    box: ThumbnailBox,
    mediaType: ThumbnailType,
    owner: string,
  ): Promise<ReducedImage>
  /**
   * Makes a JPEG of high quality of a whole AVIF or HEIC: upright, in its own colour space. EXIF and other metadata stay where the host
   * can carry them. Reads `body` when it begins and cancels it when it fails.
   *
   * Throws `unsupported_photo` where this host cannot decode the format, and what {@link reduce} throws. Absent: it can decode none.
   */
  toJpeg?(source: { body: ReadableStream<Uint8Array>; size: number }, owner: string): Promise<ReducedImage>
}
