/**
 * Decodes and encodes the text files of other programs: UTF-8, UTF-16 and Windows-1252. The text keeps its byte order mark.
 * Encoding a decoded text restores every byte, so edits lose nothing that another program wrote.
 */

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

export interface DecodedText {
  text: string
  encoding: Encoding
}

/**
 * Detects the encoding and decodes the bytes. Returns `null` for UTF-16 with half a character at its end, and for UTF-8 mixed
 * with bytes of another encoding. Never throws. Takes linear time.
 */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  const utf16 = utf16Of(bytes)
  if (utf16) return bytes.length % 2 === 0 ? { text: fromUtf16(bytes, utf16), encoding: utf16 } : null
  const text = fromUtf8(bytes)
  if (text !== null) return { text, encoding: 'utf-8' }
  return isMixed(bytes) ? null : { text: fromWindows1252(bytes), encoding: 'windows-1252' }
}

/**
 * Encodes the text so that {@link decodeText} restores it. Falls back to UTF-8 if the encoding lacks a character, or if its
 * bytes would decode differently. Returns `null` if UTF-8 fails too.
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

/** Detects UTF-16 by its byte order mark, or by the zero bytes of a text of mostly Latin letters. */
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

/** Decodes unit by unit, because a `TextDecoder` would replace half a surrogate pair. */
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

/** Returns `null` for bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Detects mixed encodings. In pure Windows-1252, most letters above ASCII stand alone and rarely form a valid UTF-8 sequence. */
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

/** Returns the length of the UTF-8 sequence at this index, or 0 if the sequence is invalid. */
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

/** Characters of the bytes 0x80 to 0x9f. Five unassigned bytes map to themselves (WHATWG Encoding Standard). */
const upper = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
const byteOf = new Map(Array.from(upper, (character, index) => [character, 0x80 + index]))

export function fromWindows1252(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => upper[byte - 0x80] ?? String.fromCharCode(byte)).join('')
}

/** Returns `null` if a character has no byte in Windows-1252. */
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
