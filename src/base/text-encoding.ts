/**
 * The encodings in which others write text files: UTF-8, UTF-16 and Windows-1252. A text keeps its byte order mark, and each
 * byte of a file that was read comes back when its text is written, so nothing that others wrote is lost.
 */

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

export interface DecodedText {
  text: string
  encoding: Encoding
}

/**
 * The text in these bytes, in the encoding that they show. `null` for bytes that are no text in any of them: a UTF-16 file with
 * half a character at its end, and a UTF-8 file with some bytes of another encoding. Never throws; linear.
 */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  const utf16 = utf16Of(bytes)
  if (utf16) return bytes.length % 2 === 0 ? { text: fromUtf16(bytes, utf16), encoding: utf16 } : null
  const text = fromUtf8(bytes)
  if (text !== null) return { text, encoding: 'utf-8' }
  return isMixed(bytes) ? null : { text: fromWindows1252(bytes), encoding: 'windows-1252' }
}

/**
 * The bytes of the text in its encoding, or in UTF-8 where that encoding lacks a character or the text would be read as
 * another one. `null` for a text that comes back from neither.
 */
export function encodeText(text: string, encoding: Encoding): Uint8Array<ArrayBuffer> | null {
  for (const bytes of [encodeAs(text, encoding), new Uint8Array(new TextEncoder().encode(text))]) {
    if (bytes && decodeText(bytes)?.text === text) return bytes
  }
  return null
}

function encodeAs(text: string, encoding: Encoding): Uint8Array<ArrayBuffer> | null {
  if (encoding === 'windows-1252') return toWindows1252(text)
  return encoding === 'utf-8' ? null : toUtf16(text, encoding)
}

/** UTF-16 with a byte order mark, or with Latin letters mostly, whose upper bytes are zero. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const zeros: [even: number, odd: number] = [0, 0]
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2 === 0 ? 0 : 1]++
  const [even, odd] = zeros
  const isMost = (even + odd) * 4 >= bytes.length && bytes.length % 2 === 0
  if (!isMost || (even === 0) === (odd === 0)) return null
  return even === 0 ? 'utf-16le' : 'utf-16be'
}

/** Unit by unit: unlike a `TextDecoder`, it keeps half a surrogate pair. */
function fromUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const units = Array.from({ length: bytes.length / 2 }, (_, index) =>
    String.fromCharCode(view.getUint16(index * 2, encoding === 'utf-16le')),
  )
  return units.join('')
}

function toUtf16(text: string, encoding: 'utf-16le' | 'utf-16be'): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(text.length * 2))
  for (let index = 0; index < text.length; index++) {
    view.setUint16(index * 2, text.charCodeAt(index), encoding === 'utf-16le')
  }
  return new Uint8Array(view.buffer)
}

function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** A valid sequence of several bytes is rare in a text of Windows-1252, where most letters above ASCII stand alone. */
function isMixed(bytes: Uint8Array): boolean {
  let valid = 0
  let invalid = 0
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceAt(bytes, index)
    if (length > 1) valid++
    if (length === 0) invalid++
    index += Math.max(1, length)
  }
  return valid >= invalid
}

/** Bytes of the sequence that UTF-8 would have at this place; 0 where its further bytes are missing. */
function sequenceAt(bytes: Uint8Array, start: number): number {
  const first = bytes[start] ?? 0
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  for (let index = start + 1; index < start + length; index++) {
    if (((bytes[index] ?? 0) & 0xc0) !== 0x80) return 0
  }
  return length
}

/** The characters of the bytes 0x80 to 0x9f; the five bytes without one stand for themselves (WHATWG Encoding Standard). */
const upper = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
const byteOf = new Map(Array.from(upper, (character, index) => [character, 0x80 + index]))

function fromWindows1252(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => upper[byte - 0x80] ?? String.fromCharCode(byte)).join('')
}

/** `null` where a character has no byte. */
function toWindows1252(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    const isOwn = unit < 0x80 || (unit >= 0xa0 && unit <= 0xff)
    const byte = isOwn ? unit : byteOf.get(text.charAt(index))
    if (byte === undefined) return null
    bytes[index] = byte
  }
  return bytes
}
