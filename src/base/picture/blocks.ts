/** Recognises picture files and walks the chunks of WebP files, without decoding. */

/** A chunk of a file. `start` and `end` delimit its payload; `end` may lie beyond the available bytes. */
interface Block {
  /** Four characters, such as `EXIF`. */
  kind: string
  /** Start of the chunk's header. */
  offset: number
  start: number
  end: number
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8
}

export function isWebp(bytes: Uint8Array): boolean {
  return ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP'
}

/** Yields the chunks of a WebP file (RFC 9649, section 2.3). Stops at the end of the bytes. */
export function* webpChunks(bytes: Uint8Array): Generator<Block> {
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
