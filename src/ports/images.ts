/** Reduces pictures, with sharp on Node and with the Images binding on Workers. */
import type { ThumbnailBox } from './storage.ts'

export type ThumbnailType = 'image/jpeg' | 'image/webp' | 'image/avif'

export interface ReducedImage {
  bytes: Uint8Array
  mediaType: ThumbnailType
  width: number
  height: number
}

/** A picture to reduce. */
export interface PictureSource {
  body: ReadableStream<Uint8Array>
  /** Bytes of `body`. */
  size: number
}

/** A picture to make from the original. */
export interface Reduction {
  box: ThumbnailBox
  mediaType: ThumbnailType
}

export interface ReduceOrder {
  /** The tenant, for fair queueing. */
  owner: string
  /** True for work that no client waits for: it begins only while no other task waits. */
  isAhead?: boolean
  /** Ends the wait in the queue with `busy`, but not a running decode. */
  signal?: AbortSignal
}

export interface ImageReducer {
  /**
   * Creates an upright sRGB picture (EXIF orientation applied) without metadata, fitted into the box without enlarging. The box
   * turns with the picture: a portrait in 960x640 fits into 640x960. Check the media type of the result, because a service may not
   * support `mediaType`. `owner` is the tenant, for fair queueing. Reads `body` only when work starts, and cancels `body` on failure.
   *
   * Throws `photo_unreadable` unless the content is an intact JPEG, PNG or WebP. Throws `photo_too_large` beyond the pixel or byte
   * limit, `busy` if a later retry helps, and `thumbnail_unavailable` if this host cannot reduce pictures. Also throws any error of
   * `body`.
   */
  reduce(
    source: PictureSource,
    box: ThumbnailBox,
    mediaType: ThumbnailType,
    owner: string,
  ): Promise<ReducedImage>
  /**
   * Creates several pictures as {@link reduce} does, in the order of `reductions`. Reads `source` once and decodes it once; smaller
   * pictures come from a larger one. Throws the errors of {@link reduce}, and makes all the pictures or none.
   */
  reduceAll(
    source: PictureSource,
    reductions: readonly Reduction[],
    order: ReduceOrder,
  ): Promise<ReducedImage[]>
  /**
   * Converts an AVIF or HEIC to an upright JPEG of high quality in the original colour space. Keeps EXIF and other metadata if the
   * host can. Reads `body` only when work starts, and cancels `body` on failure.
   *
   * Throws `unsupported_photo` if this host cannot decode the format, and the errors of {@link reduce}. Absent: the host can decode
   * neither format.
   */
  toJpeg?(source: PictureSource, owner: string): Promise<ReducedImage>
}
