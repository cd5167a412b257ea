/** Reduces a JPEG, PNG or WebP with libvips, and repairs JPEGs that phones write incorrectly. */
import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp'
import type { ReducedImage, ThumbnailType } from '../../ports/images.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'
import { orUnreadable } from './sharp-errors.ts'
import { withEndMark, withScanHeader } from './sharp-source.ts'

/**
 * Time limit of one decode. The slowest real photo measured takes 3 s. Together with the wait in the queue, the limit stays below the
 * 30 s timeout of Heroku's router.
 */
export const decodeSeconds = 10

/** A picture to make. */
export interface Target {
  /** Upright size in pixels, with the shape of the photo. */
  size: ThumbnailBox
  mediaType: ThumbnailType
}

/** Reads the header with libvips, which inflates the text and profiles of a PNG. */
export async function inspect(original: Uint8Array): Promise<Metadata> {
  // sharp's own limit would throw an error without a reason.
  return orUnreadable(() => sharp(original, { limitInputPixels: false }).metadata())
}

/**
 * Encodes the picture in each size, in sRGB without metadata. Decodes the original once: with several targets, all are made from the
 * pixels of the largest. Throws `photo_unreadable`, or `busy` after {@link decodeSeconds} for the decode or a single target.
 */
export async function encodeAll(
  original: Uint8Array<ArrayBuffer>,
  picture: Metadata,
  targets: readonly Target[],
): Promise<ReducedImage[]> {
  const decode = (size: ThumbnailBox, output: (upright: Sharp) => Sharp) =>
    withRepairs(original, (bytes) => {
      const whole = sharp(bytes, { failOn: 'warning', limitInputPixels: picture.width * picture.height })
      // sharp's defaults drop all metadata and convert to sRGB.
      // The size has the shape of the photo within half a pixel. `inside` would round again.
      const upright = whole.autoOrient().resize({ ...size, fit: 'fill' })
      return finished(output(upright))
    })
  return orUnreadable(async () => {
    const [only] = targets
    if (only && targets.length === 1) {
      return [reduced(await decode(only.size, (upright) => encoder(upright, only.mediaType)), only.mediaType)]
    }
    const largest = largestOf(targets)
    const { data, info } = await decode(largest, (upright) => upright.raw({ depth: 'uchar' }))
    const { width, height, channels } = info
    const results: ReducedImage[] = []
    for (const { size, mediaType } of targets) {
      const pixels = sharp(data, { raw: { width, height, channels } })
      const isLargest = size.width === largest.width && size.height === largest.height
      const scaled = isLargest ? pixels : pixels.resize({ ...size, fit: 'fill' })
      results.push(reduced(await finished(encoder(scaled, mediaType)), mediaType))
    }
    return results
  })
}

interface Output {
  data: Uint8Array
  info: OutputInfo
}

function finished(picture: Sharp): Promise<Output> {
  return picture.timeout({ seconds: decodeSeconds }).toBuffer({ resolveWithObject: true })
}

function reduced({ data, info: { width, height } }: Output, mediaType: ThumbnailType): ReducedImage {
  return { bytes: new Uint8Array(data), mediaType, width, height }
}

function largestOf(targets: readonly Target[]): ThumbnailBox {
  return {
    width: Math.max(...targets.map(({ size }) => size.width)),
    height: Math.max(...targets.map(({ size }) => size.height)),
  }
}

/** Tries again with a repaired original where only a mark of the file is wrong. */
async function withRepairs<T>(
  original: Uint8Array<ArrayBuffer>,
  attempt: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  return attempt(original)
    .catch((error: unknown) => {
      if (isHarmless(error)) return attempt(withScanHeader(original))
      throw error
    })
    .catch((error: unknown) => {
      // With an end marker, libjpeg warns only if picture data is missing.
      if (hasNoEnd(error)) return attempt(withEndMark(original))
      throw error
    })
}

/**
 * Sets format and quality, measured by bench/picture-formats.ts. AVIF has at least the visual quality of the JPEG with 40 % fewer
 * bytes. WebP has fewer bytes at a lower quality. AVIF at effort 1 takes 1.1 to 2.3 times the processor time of JPEG for a whole
 * reduction. Effort 2 takes 2.5 times as long as effort 1 for 8 % less. WebP at effort 4 takes twice as long as at effort 2 for 5 % less.
 * Thumbnails by mozjpeg would be a fifth smaller, but take ten times as long on grainy photos.
 */
function encoder(picture: Sharp, mediaType: ThumbnailType): Sharp {
  switch (mediaType) {
    case 'image/jpeg':
      return picture.flatten({ background: '#ffffff' }).jpeg({ quality: 80 })
    case 'image/webp':
      return picture.webp({ quality: 80, effort: 2 })
    case 'image/avif':
      return picture.avif({ quality: 70, effort: 1 })
  }
}

/**
 * Recognises the warning about the wrong scan header of many Samsung phones (https://github.com/lovell/sharp/issues/1578). Decoders
 * otherwise ignore that header. Every other warning means that picture data is damaged.
 */
function isHarmless(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Invalid SOS parameters for sequential JPEG')
}

/** Recognises a JPEG without an end marker, with or without its last rows. */
function hasNoEnd(error: unknown): boolean {
  return error instanceof Error && error.message.includes('premature end of JPEG image')
}
