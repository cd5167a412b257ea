/** Checks of small pictures that a storage's server made. */
import { isJpeg, isWebp } from './blocks.ts'

type MediaType = 'image/jpeg' | 'image/webp'

/** Checks if the bytes begin like a picture of this type. */
export function isOfType(bytes: Uint8Array, mediaType: MediaType): boolean {
  return mediaType === 'image/jpeg' ? isJpeg(bytes) : isWebp(bytes)
}

/** Detects EXIF and XMP, which may contain the location of a photo. No server guarantees their removal. */
export function carriesMetadata(bytes: Uint8Array, mediaType: MediaType): boolean {
  const marks = mediaType === 'image/jpeg' ? ['Exif\0\0', 'http://ns.adobe.com/xap/1.0/'] : ['EXIF', 'XMP ']
  // Each byte becomes one character.
  const text = new TextDecoder('latin1').decode(bytes)
  return marks.some((mark) => text.includes(mark))
}
