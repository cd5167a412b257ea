/** Checks of reduced pictures that others made or kept. */
import { withoutMetadata } from '../../base/picture/clean.ts'
import { turnBox } from '../../base/picture/fit.ts'
import { readPictureFacts } from '../../base/picture/header.ts'
import type { ThumbnailType } from '../../ports/images.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'

export interface CheckedPicture {
  bytes: Uint8Array
  mediaType: ThumbnailType
}

/** Checks if a picture is complete, upright and of its type, and contains only the picture. Refuses AVIF, which it cannot read. */
export function isClean({ bytes, mediaType }: CheckedPicture): boolean {
  try {
    const clean = withoutMetadata(bytes)
    const isSame = clean.bytes.length === bytes.length && bytes.every((byte, at) => byte === clean.bytes[at])
    const facts = readPictureFacts(bytes)
    return isSame && typeof facts === 'object' && facts.mediaType === mediaType && facts.orientation === 1
  } catch {
    return false
  }
}

/** Checks if the picture fits into the box, by its header. */
export function fits({ bytes }: CheckedPicture, box: ThumbnailBox): boolean {
  const facts = readPictureFacts(bytes)
  if (typeof facts !== 'object') return false
  const { width, height } = turnBox(box, facts)
  return facts.width <= width && facts.height <= height
}
