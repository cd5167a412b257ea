/** Checks of reduced pictures that others made or kept. */
import { cleanAvifSize } from '../../base/picture/avif.ts'
import { withoutMetadata } from '../../base/picture/clean.ts'
import { turnBox } from '../../base/picture/fit.ts'
import { readPictureFacts } from '../../base/picture/header.ts'
import { haveSameBytes } from '../../base/same-bytes.ts'
import type { ThumbnailType } from '../../ports/images.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'

export interface CheckedPicture {
  bytes: Uint8Array
  mediaType: ThumbnailType
}

/** Checks if a picture is complete, upright and of its type, and contains only the picture. */
export function isClean({ bytes, mediaType }: CheckedPicture): boolean {
  if (mediaType === 'image/avif') return cleanAvifSize(bytes) !== null
  try {
    const clean = withoutMetadata(bytes)
    const isSame = haveSameBytes(clean.bytes, bytes)
    const facts = readPictureFacts(bytes)
    return isSame && typeof facts === 'object' && facts.mediaType === mediaType && facts.orientation === 1
  } catch {
    return false
  }
}

/** Checks if the picture fits into the box, by its header. */
export function fits({ bytes, mediaType }: CheckedPicture, box: ThumbnailBox): boolean {
  const size = mediaType === 'image/avif' ? cleanAvifSize(bytes) : readPictureFacts(bytes)
  if (size === null || typeof size !== 'object') return false
  const { width, height } = turnBox(box, size)
  return size.width <= width && size.height <= height
}

/**
 * Returns the picture with its actual type; `null` unless it is clean and fits into the box. A reducer may make a WebP or JPEG where
 * AVIF was asked for, so both pass as AVIF.
 */
export function checkedPicture(
  bytes: Uint8Array,
  asked: ThumbnailType,
  box: ThumbnailBox,
): CheckedPicture | null {
  const types = asked === 'image/avif' ? anyType : [asked]
  for (const mediaType of types) {
    const picture = { bytes, mediaType }
    if (isClean(picture) && fits(picture, box)) return picture
  }
  return null
}

const anyType: readonly ThumbnailType[] = ['image/avif', 'image/webp', 'image/jpeg']
