/** Converts a phone's AVIF into a JPEG that keeps all metadata. */
import sharp, { type Metadata } from 'sharp'
import { PublisherError } from '../../base/errors.ts'
import { phoneFormat } from '../../base/picture/phone-formats.ts'
import type { ReducedImage } from '../../ports/images.ts'
import { orUnreadable, unreadable } from './sharp-errors.ts'
import { decodeSeconds } from './sharp-target.ts'

/** Reads the header with libheif. Throws `unsupported_photo` for a HEIC: the prebuilt libvips decodes AV1, but not HEVC. */
export async function inspectAvif(original: Uint8Array): Promise<Metadata> {
  const isAvif = phoneFormat(original) === 'AVIF'
  const reading = sharp(original, { limitInputPixels: false }).metadata()
  const picture = await reading.catch((error: unknown) => {
    throw isAvif ? unreadable(error) : cannotDecode(error)
  })
  if (picture.compression !== 'av1') throw cannotDecode(new Error(`${picture.compression}`))
  return picture
}

function cannotDecode(cause: unknown): PublisherError {
  return new PublisherError('unsupported_photo', 'This server cannot open this kind of photo.', { cause })
}

/** Encodes the picture as JPEG. Keeps all metadata, because the result replaces an original. */
export async function convert(original: Uint8Array, picture: Metadata): Promise<ReducedImage> {
  const { data, info } = await orUnreadable(() =>
    sharp(original, { failOn: 'warning', limitInputPixels: picture.width * picture.height })
      .timeout({ seconds: decodeSeconds })
      .autoOrient()
      .keepMetadata()
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 92 })
      .toBuffer({ resolveWithObject: true }),
  )
  return { bytes: new Uint8Array(data), mediaType: 'image/jpeg', width: info.width, height: info.height }
}
