/** Walks the outer structure of picture files: JPEG marker segments and WebP chunks. Nothing is decoded. */

/** One piece of a file. `start` and `end` delimit its payload; `end` may lie beyond the bytes at hand. */
export interface Block {
  /** The marker's second byte for JPEG (`0xe1` is APP1), the four characters for WebP (`EXIF`). */
  kind: number | string
  /** Where the piece begins, marker or chunk header included. */
  offset: number
  start: number
  end: number
}

/** Begins the compressed data: the header is over. */
export const startOfScan = 0xda
const endOfImage = 0xd9

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8
}

export function isWebp(bytes: Uint8Array): boolean {
  return ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP'
}

/**
 * The segments of a JPEG's header, up to and including the first start of scan (ITU-T T.81, annex B). Stray bytes
 * between segments are skipped, as decoders do. Ends early where the bytes or the image end.
 */
export function* jpegSegments(bytes: Uint8Array): Generator<Block & { kind: number }> {
  const view = viewOf(bytes)
  let position = 2
  for (;;) {
    while (position < bytes.length && bytes[position] !== 0xff) position++
    while (position < bytes.length && bytes[position] === 0xff) position++
    const kind = bytes[position]
    if (kind === undefined) return
    const offset = position - 1
    position++
    if (hasNoPayload(kind)) continue
    if (kind === endOfImage) return
    if (position + 2 > bytes.length) return
    const end = position + Math.max(2, view.getUint16(position))
    yield { kind, offset, start: position + 2, end }
    if (kind === startOfScan) return
    position = end
  }
}

/** The chunks of a WebP file (RFC 9649, section 2.3). Ends early where the bytes end. */
export function* webpChunks(bytes: Uint8Array): Generator<Block & { kind: string }> {
  const view = viewOf(bytes)
  let offset = 12
  while (offset + 8 <= bytes.length) {
    const size = view.getUint32(offset + 4, true)
    yield { kind: ascii(bytes, offset, offset + 4), offset, start: offset + 8, end: offset + 8 + size }
    offset += 8 + size + (size % 2)
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end))
}

/** A stuffed zero, TEM, and the restart markers stand alone. */
function hasNoPayload(kind: number): boolean {
  return kind === 0 || kind === 0x01 || (kind >= 0xd0 && kind <= 0xd8)
}
