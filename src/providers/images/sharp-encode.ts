/** Reduces a JPEG, PNG or WebP with libvips, and repairs JPEGs that phones write incorrectly. */
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { ReducedImage, ThumbnailType } from '../../ports/images.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'
import { orUnreadable } from './sharp-errors.ts'
import { withEndMark, withScanHeader } from './sharp-source.ts'

/**
 * Time limit of one decode. The slowest real photo measured takes 3 s. Together with the wait in the queue, the limit stays below the
 * 30 s timeout of Heroku's router.
 */
export const decodeSeconds = 10

/** Reads the header with libvips, which inflates the text and profiles of a PNG. */
export async function inspect(original: Uint8Array): Promise<Metadata> {
  // sharp's own limit would throw an error without a reason.
  return orUnreadable(() => sharp(original, { limitInputPixels: false }).metadata())
}

/** Encodes the picture within the box, in sRGB without metadata. Throws `photo_unreadable`, or `busy` after {@link decodeSeconds}. */
export async function encode(
  original: Uint8Array<ArrayBuffer>,
  picture: Metadata,
  box: ThumbnailBox,
  mediaType: ThumbnailType,
): Promise<ReducedImage> {
  // sharp's defaults drop all metadata and convert to sRGB.
  const attempt = (bytes: Uint8Array) =>
    encoder(
      sharp(bytes, { failOn: 'warning', limitInputPixels: picture.width * picture.height })
        .timeout({ seconds: decodeSeconds })
        .autoOrient()
        .resize({ ...box, fit: 'inside', withoutEnlargement: true }),
      mediaType,
    ).toBuffer({ resolveWithObject: true })
  const { data, info } = await orUnreadable(() =>
    attempt(original)
      .catch((error: unknown) => {
        if (isHarmless(error)) return attempt(withScanHeader(original))
        throw error
      })
      .catch((error: unknown) => {
        // With an end marker, libjpeg warns only if picture data is missing.
        if (hasNoEnd(error)) return attempt(withEndMark(original))
        throw error
      }),
  )
  return { bytes: new Uint8Array(data), mediaType, width: info.width, height: info.height }
}

/**
 * Sets format and quality. These times and sizes were measured on the sample photos. Thumbnails by mozjpeg would be a fifth smaller for
 * 30 ms more. But mozjpeg takes ten times as long on grainy photos, and pictures for publishing are larger still. WebP at effort 2 is half
 * the size of a mozjpeg JPEG and takes less time. The default effort 4 takes twice as long for 5 % less. AVIF takes five times as long as
 * JPEG at effort 2, and thirty times as long at its default.
 */
function encoder(picture: Sharp, mediaType: ThumbnailType): Sharp {
  switch (mediaType) {
    case 'image/jpeg':
      return picture.flatten({ background: '#ffffff' }).jpeg({ quality: 80 })
    case 'image/webp':
      return picture.webp({ quality: 80, effort: 2 })
    case 'image/avif':
      return picture.avif({ quality: 55, effort: 2 })
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
