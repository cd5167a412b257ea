/** Type and size of a picture from its first bytes, by content: no file name and no `Content-Type` is believed. */
import { ascii, isJpeg, isWebp, jpegSegments, startOfScan, viewOf, webpChunks } from './blocks.ts'

export interface PictureHeader {
  mediaType: 'image/jpeg' | 'image/png' | 'image/webp'
  /** As stored, before any EXIF orientation. Pixels, at least 1. */
  width: number
  height: number
}

const pngSignature = '\u0089PNG\r\n\u001a\n'

/**
 * Reads the header from the beginning of a file. `incomplete`: it may become one with more bytes. `unsupported`: it is
 * no JPEG, PNG or WebP, or one without a usable size. Never throws.
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | 'incomplete' | 'unsupported' {
  if (bytes.length < 12) return 'incomplete'
  if (isJpeg(bytes)) return jpegHeader(bytes)
  if (ascii(bytes, 0, 8) === pngSignature) return pngHeader(bytes)
  if (isWebp(bytes)) return webpHeader(bytes)
  return 'unsupported'
}

function jpegHeader(bytes: Uint8Array): PictureHeader | 'incomplete' | 'unsupported' {
  const view = viewOf(bytes)
  for (const { kind, start } of jpegSegments(bytes)) {
    if (isFrame(kind)) {
      if (start + 5 > bytes.length) return 'incomplete'
      return sized('image/jpeg', view.getUint16(start + 3), view.getUint16(start + 1))
    }
    if (kind === startOfScan) return 'unsupported'
  }
  return 'incomplete'
}

/** SOF0 to SOF15; between them lie DHT, JPG and DAC, which are none. */
function isFrame(kind: number): boolean {
  return kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc
}

function pngHeader(bytes: Uint8Array): PictureHeader | 'incomplete' | 'unsupported' {
  if (bytes.length < 24) return 'incomplete'
  if (ascii(bytes, 12, 16) !== 'IHDR') return 'unsupported'
  const view = viewOf(bytes)
  return sized('image/png', view.getUint32(16), view.getUint32(20))
}

/** RFC 9649, sections 2.5 to 2.7: the first chunk holds the size, whichever of the three kinds it is. */
function webpHeader(bytes: Uint8Array): PictureHeader | 'incomplete' | 'unsupported' {
  if (bytes.length < 30) return 'incomplete'
  const view = viewOf(bytes)
  const [first] = webpChunks(bytes)
  if (first?.kind === 'VP8X') {
    const threeBytes = (offset: number) => view.getUint32(offset, true) & 0xff_ffff
    return sized('image/webp', threeBytes(24) + 1, (view.getUint32(26, true) >>> 8) + 1)
  }
  if (first?.kind === 'VP8L') {
    const bits = view.getUint32(21, true)
    return sized('image/webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1)
  }
  if (first?.kind !== 'VP8 ') return 'unsupported'
  return sized('image/webp', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
}

function sized(
  mediaType: PictureHeader['mediaType'],
  width: number,
  height: number,
): PictureHeader | 'unsupported' {
  return width > 0 && height > 0 ? { mediaType, width, height } : 'unsupported'
}
