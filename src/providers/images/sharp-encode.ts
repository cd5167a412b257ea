/** Reduces a JPEG, PNG or WebP by libvips, and repairs what phones leave out of their JPEGs. */
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { ReducedImage, ThumbnailType } from '../../ports/images.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'
import { orUnreadable } from './sharp-errors.ts'
import { withEndMark, withScanHeader } from './sharp-source.ts'

/**
 * A decode that takes longer is abandoned: seconds. The slowest honest photo measured takes 3. Together with the waiting
 * it stays below the 30 s after which Heroku's router gives up.
 */
export const decodeSeconds = 10

/** Has libvips read the header: text and profiles of a PNG are inflated for it. */
export async function inspect(original: Uint8Array): Promise<Metadata> {
  // sharp's own limit would only say that it failed.
  return orUnreadable(() => sharp(original, { limitInputPixels: false }).metadata())
}

/** Encodes the picture within the box, without its metadata and in sRGB. Throws `photo_unreadable`, or `busy` after {@link decodeSeconds}. */
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
        // With an end marker, libjpeg warns only where picture data is missing.
        if (hasNoEnd(error)) return attempt(withEndMark(original))
        throw error
      }),
  )
  return { bytes: new Uint8Array(data), mediaType, width: info.width, height: info.height }
}

/**
 * Measured on the sample photos: mozjpeg would make thumbnails a fifth smaller for 30 ms more, and takes ten times as long where there
 * is much grain; what is published is larger still. WebP at effort 2 is half the size of a JPEG by mozjpeg in less time, and within 5 %
 * of the default effort 4, which takes twice as long. AVIF at effort 2 takes
 * five times as long as JPEG, at its default effort thirty times.
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
 * Many Samsung phones write wrong numbers into the scan header, which decoders warn of and otherwise ignore
 * (https://github.com/lovell/sharp/issues/1578). Every other warning means that picture data is damaged.
 */
function isHarmless(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Invalid SOS parameters for sequential JPEG')
}

/** A JPEG that ends without its end marker, whether its last rows are there or not. */
function hasNoEnd(error: unknown): boolean {
  return error instanceof Error && error.message.includes('premature end of JPEG image')
}
