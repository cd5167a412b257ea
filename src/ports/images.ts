/** Reduces pictures, with sharp on Node and with the Images binding on Workers. */
import type { WatermarkPosition } from '../contract/blocks/watermark.ts'
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

/** Range of the ratio of width to height, and what happens to a picture outside it. */
export interface PictureRatio {
  min: number
  max: number
  /** `pad` adds a plain border and keeps the whole picture. `crop` cuts from both sides of the middle. */
  fit: 'pad' | 'crop'
  /** Colour of the border, `#rrggbb`. */
  colour: string
}

/** Box with the other demands of a platform. */
export interface PictureBox extends ThumbnailBox {
  /** Upper bound on the file. Quality and then size are lowered until the picture fits. Default: none. */
  maxBytes?: number
  /** Ratio that the picture gets, with any border, within the box. Default: the picture's own. */
  ratio?: PictureRatio
}

/** A small picture to draw over a larger picture. */
export interface Watermark {
  /** Identifies the watermark with all its settings, for caches: `[a-z0-9]`, at most 16 characters. */
  key: string
  /** A PNG or WebP, perhaps with transparent parts. */
  picture: Uint8Array<ArrayBuffer>
  width: number
  height: number
  position: WatermarkPosition
  /** From above 0 to 1. */
  opacity: number
  /** Width of the watermark as a share of the picture's width, above 0 to 1. */
  share: number
}

/** A picture to make from the original. */
export interface Reduction {
  box: PictureBox
  mediaType: ThumbnailType
  /** Drawn over the finished picture, at the end of all scaling. Default: none. */
  watermark?: Watermark
}

/** Place of the work in the queue. A host without a queue ignores the order. */
export interface ReduceOrder {
  /** The tenant, for fair queueing. */
  owner: string
  /** True for work that no client waits for: it begins only while no other task waits. */
  isAhead?: boolean
  /** Ends the wait in the queue and the reading of the source with `busy`, but not a running decode. */
  signal?: AbortSignal
  /**
   * Receives the first picture before the others are made, for a caller in a hurry. Must not throw. A host that cannot make it sooner
   * does not call it.
   */
  onFirst?(picture: ReducedImage): void
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
   * pictures come from the largest. Meets all demands of each {@link PictureBox}. The same source and reductions give the same bytes.
   *
   * Throws the errors of {@link reduce}, and makes all the pictures or none. Also throws `photo_too_large` if a file cannot be as small as
   * `maxBytes`.
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
