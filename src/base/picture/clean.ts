/** Copies pictures without their metadata: lossless, in one pass, without decoding, in bounded memory. */
import { ascii, isJpeg, isWebp } from './blocks.ts'
import { type PictureHeader, pngSignature } from './header.ts'
import { type Input, joined, runOver, type Step } from './input.ts'
import { strippedJpeg } from './strip/jpeg.ts'
import { broken } from './strip/parts.ts'
import { strippedPng } from './strip/png.ts'
import { strippedWebp, webpOrientation } from './strip/webp.ts'

export type PictureType = PictureHeader['mediaType']

/** Returns the type of a picture by its first 12 bytes. Throws `photo_unreadable` unless it is a JPEG, PNG or WebP. */
export function pictureType(bytes: Uint8Array): PictureType {
  if (isJpeg(bytes)) return 'image/jpeg'
  if (ascii(bytes, 0, 8) === pngSignature) return 'image/png'
  if (isWebp(bytes)) return 'image/webp'
  throw broken()
}

/**
 * Returns the parser that writes the clean copy of a picture of this type. The parser returns false if the file lacked its end
 * marker. Only WebP uses `orientation`.
 */
export function stripperOf(
  type: PictureType,
  orientation: number,
): (input: Input) => Generator<Step, boolean> {
  if (type === 'image/jpeg') return strippedJpeg
  if (type === 'image/png') return strippedPng
  return (input) => strippedWebp(input, orientation)
}

/**
 * Creates the clean copy of a picture in memory. Keeps the orientation, as an EXIF with one entry. Throws `photo_unreadable` unless
 * the bytes are a complete JPEG, PNG or WebP.
 */
export function withoutMetadata(bytes: Uint8Array): {
  bytes: Uint8Array<ArrayBuffer>
  mediaType: PictureType
} {
  const mediaType = pictureType(bytes)
  const orientation = mediaType === 'image/webp' ? runOver(bytes, webpOrientation).value : 1
  const { output } = runOver(bytes, stripperOf(mediaType, orientation))
  return { bytes: joined(output), mediaType }
}
