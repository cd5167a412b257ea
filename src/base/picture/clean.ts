/** Copies pictures without their metadata: lossless, in one pass, without decoding, in bounded memory. */
import { type CreditBlocks, creditBlocks } from '../metadata/credit.ts'
import type { Credit } from '../metadata/photographer.ts'
import { ascii, isJpeg, isWebp } from './blocks.ts'
import { type PictureHeader, pngSignature } from './header.ts'
import { type Input, joined, runOver, type Step } from './input.ts'
import { strippedJpeg, withCredit } from './strip/jpeg.ts'
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
 * Returns the parser that writes the clean copy of a picture of this type, with the credit if there is any. The parser returns false if the
 * file lacked its end marker. Only WebP uses `orientation`.
 */
export function stripperOf(
  type: PictureType,
  orientation: number,
  credit: CreditBlocks | null = null,
): (input: Input) => Generator<Step, boolean> {
  if (type === 'image/jpeg') return (input) => strippedJpeg(input, credit)
  if (type === 'image/png') return (input) => strippedPng(input, credit)
  return (input) => strippedWebp(input, orientation, credit)
}

/** Returns a JPEG that has no metadata with this credit. At most `maxCreditBytes` longer. Returns the same bytes without credit. */
export function creditedJpeg(bytes: Uint8Array, credit: Credit | null): Uint8Array {
  const blocks = creditBlocks(credit)
  return blocks && isJpeg(bytes) ? joined(withCredit(bytes, blocks)) : bytes
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
