/** Encodes a picture for one target: scaled, with a border or a cut if the ratio needs it, and small enough. */
import sharp, { type OutputInfo, type Sharp } from 'sharp'
import type { Size } from '../../base/picture/fit.ts'
import { type Layout, layoutOf } from '../../base/picture/layout.ts'
import { placeOf } from '../../base/picture/watermark-place.ts'
import { usualQuality, withinBytes } from '../../base/picture/within-bytes.ts'
import type { PictureBox, ReducedImage, Reduction, ThumbnailType, Watermark } from '../../ports/images.ts'
import type { Result } from './sharp-memory.ts'
import { drawWatermark, type Pixels } from './sharp-watermark.ts'

/**
 * Time limit of one decode. The slowest real photo measured takes 3 s. Together with the wait in the queue, the limit stays below the
 * 30 s timeout of Heroku's router.
 */
export const decodeSeconds = 10

/** A picture to make. */
export interface Target {
  /** Size of the upright original. */
  original: Size
  box: PictureBox
  mediaType: ThumbnailType
  layout: Layout
  /** Absent for a picture that is too small for a watermark. */
  watermark?: Watermark
}

interface Output {
  data: Uint8Array
  info: OutputInfo
}

const white = '#ffffff'

export function targetOf({ box, mediaType, watermark }: Reduction, original: Size): Target {
  const layout = layoutOf(box, original, box.ratio)
  const isMarked = watermark && placeOf(layout.canvas, watermark) !== null
  return { original, box, mediaType, layout, ...(isMarked && { watermark }) }
}

/**
 * Checks if the picture can be encoded while the original is decoded. The border and the watermark need the pixels, because they would be
 * grey on a grey original.
 */
export function isStreamable({ layout: { canvas, photo }, box, watermark }: Target): boolean {
  return (
    !watermark && box.maxBytes === undefined && photo.width >= canvas.width && photo.height >= canvas.height
  )
}

/** Returns the target for an estimate of its memory. */
export function resultOf(target: Target): Result {
  const { mediaType, layout, watermark } = target
  const drawn = watermark && placeOf(layout.canvas, watermark)
  return {
    size: layout.canvas,
    mediaType,
    ...(!isStreamable(target) && { kept: layout.photo }),
    ...(drawn && { drawn }),
  }
}

/** Adds cut and format to a photo of the layout's size. */
export function streamed(photo: Sharp, { layout, box, mediaType }: Target): Sharp {
  return encoder(framed(photo, layout, box), mediaType, box, usualQuality[mediaType])
}

/** Encodes a target from pixels of at least its size. After the last target the pixels may be changed. */
export type EncodeTarget = (target: Target, isLast: boolean) => Promise<ReducedImage>

/** Creates the encoder of these pixels. Encodes the same picture once, also where only the limits of bytes differ. */
export function createPixelEncoder(pixels: Pixels): EncodeTarget {
  const made = new Map<string, ReducedImage>()
  /** The latest picture with a watermark. A limit of bytes needs it in several qualities and sizes. */
  let marked: { key: string; pixels: Pixels } | undefined

  async function markedPixels({ box, layout, watermark, isLast }: MarkedTarget): Promise<Pixels> {
    const key = JSON.stringify([layout, box.ratio, watermark.key])
    if (marked?.key === key) return marked.pixels
    marked = undefined
    const drawn = isWhole(pixels, layout)
      ? ownPixels(isLast)
      : await finished(laidOut(box, layout).raw({ depth: 'uchar' }))
    await drawWatermark(drawn, watermark)
    marked = { key, pixels: drawn }
    return drawn
  }

  /** Returns pixels to draw on. Later targets need the given pixels unchanged. */
  const ownPixels = (isLast: boolean): Pixels => (isLast ? pixels : copyOf(pixels))
  const laidOut = (box: PictureBox, layout: Layout) => framed(scaledTo(layout.photo, pixels), layout, box)

  /** Encodes in `layout`, the target’s own or a smaller layout. */
  async function encode(target: LastTarget, layout: Layout, quality: number): Promise<ReducedImage> {
    const { box, mediaType, watermark } = target
    const key = JSON.stringify([layout, box.ratio, mediaType, quality, watermark?.key])
    const known = made.get(key)
    if (known) return known
    const picture = watermark
      ? scaledTo(layout.canvas, await markedPixels({ ...target, watermark }))
      : laidOut(box, layout)
    const encoded = reduced(await finished(encoder(picture, mediaType, box, quality)), mediaType)
    made.set(key, encoded)
    return encoded
  }

  return async (target, isLast) => {
    const { box, mediaType, layout } = target
    const encodeIn = (own: Layout, quality: number) => encode({ ...target, isLast }, own, quality)
    if (box.maxBytes === undefined) return encodeIn(layout, usualQuality[mediaType])
    return withinBytes(box.maxBytes, mediaType, ({ quality, scale }) =>
      encodeIn(scale === 1 ? layout : smallerLayout(target, scale), quality),
    )
  }
}

type LastTarget = Target & { isLast: boolean }
type MarkedTarget = LastTarget & Required<Pick<Target, 'watermark'>>

/** Checks if the pixels are the picture already. */
function isWhole({ info }: Pixels, { canvas, photo }: Layout): boolean {
  return isSameSize(info, photo) && isSameSize(info, canvas)
}

function copyOf({ data, info }: Pixels): Pixels {
  return { data: new Uint8Array(data), info }
}

function smallerLayout({ original, box, layout: { canvas } }: Target, scale: number): Layout {
  const side = (length: number) => Math.max(1, Math.floor(length * scale))
  return layoutOf({ width: side(canvas.width), height: side(canvas.height) }, original, box.ratio)
}

function scaledTo(size: Size, pixels: Pixels): Sharp {
  const whole = ofPixels(pixels)
  return isSameSize(pixels.info, size) ? whole : whole.resize({ ...size, fit: 'fill' })
}

function ofPixels({ data, info: { width, height, channels } }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } })
}

/** Cuts the edges off, or adds a border. */
function framed(photo: Sharp, { canvas, photo: size }: Layout, { ratio }: PictureBox): Sharp {
  if (isSameSize(canvas, size)) return photo
  const left = Math.floor(Math.abs(canvas.width - size.width) / 2)
  const top = Math.floor(Math.abs(canvas.height - size.height) / 2)
  if (ratio?.fit === 'crop') return photo.extract({ ...canvas, left, top })
  const right = canvas.width - size.width - left
  const bottom = canvas.height - size.height - top
  return photo.extend({ left, right, top, bottom, background: ratio?.colour ?? white })
}

function isSameSize(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height
}

/**
 * Sets the format. AVIF has at least the visual quality of the JPEG with 40 % fewer bytes. WebP has fewer bytes at a lower quality. AVIF at
 * effort 1 takes 1.1 to 2.3 times the processor time of JPEG for a whole reduction. Effort 2 takes 2.5 times as long as effort 1 for 8 %
 * less. WebP at effort 4 takes twice as long as at effort 2 for 5 % less. Thumbnails by mozjpeg would be a fifth smaller, but take ten times
 * as long on grainy photos.
 */
function encoder(picture: Sharp, mediaType: ThumbnailType, { ratio }: PictureBox, quality: number): Sharp {
  switch (mediaType) {
    case 'image/jpeg':
      return picture.flatten({ background: ratio?.colour ?? white }).jpeg({ quality })
    case 'image/webp':
      return picture.webp({ quality, effort: 2 })
    case 'image/avif':
      return picture.avif({ quality, effort: 1 })
  }
}

/** Runs the pipeline of a picture. */
export function finished(picture: Sharp): Promise<Output> {
  return picture.timeout({ seconds: decodeSeconds }).toBuffer({ resolveWithObject: true })
}

export function reduced({ data, info: { width, height } }: Output, mediaType: ThumbnailType): ReducedImage {
  return { bytes: new Uint8Array(data), mediaType, width, height }
}
