/** Reads type, size and EXIF facts of a picture from its first bytes. Ignores the file name and `Content-Type`. */
import { ascii, isJpeg, isWebp, viewOf } from './blocks.ts'
import { type ExifFacts, exifIdentifier, readExif } from './exif.ts'
import { createInput, type Input, type Reading, skip } from './input.ts'
import { maxBlocksBeforePixels, maxBytesBeforePixels, maxCompressedBytes } from './limits.ts'
import { isFrame, nextMarker } from './strip/jpeg.ts'

export interface PictureHeader {
  mediaType: 'image/jpeg' | 'image/png' | 'image/webp'
  /** Width as stored, before any EXIF orientation. Pixels, at least 1. */
  width: number
  height: number
}

export interface PictureFacts extends PictureHeader, ExifFacts {}

/**
 * Reason why a header is unreadable.
 *
 * - `incomplete`: the file ends before its pixels.
 * - `unsupported`: the file is not a JPEG, PNG or WebP, or has no usable size.
 * - `excessive`: the file has more data before its pixels than src/base/picture/limits.ts allows.
 */
export type HeaderTrouble = 'incomplete' | 'unsupported' | 'excessive'

export const pngSignature = '\u0089PNG\r\n\u001a\n'

/** Reads the header from the beginning of a file. Returns `incomplete` if more bytes may complete it. Never throws. */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | HeaderTrouble {
  const facts = readPictureFacts(bytes)
  if (typeof facts === 'string') return facts
  const { mediaType, width, height } = facts
  return { mediaType, width, height }
}

/** Reads the header as {@link readPictureHeader} does, with the facts of any EXIF before the pixels. */
export function readPictureFacts(bytes: Uint8Array): PictureFacts | HeaderTrouble {
  const input = createInput()
  input.push(bytes)
  const step = pictureFacts(input).next()
  return step.done ? step.value : 'incomplete'
}

/** Reads a header as it arrives, holding at most 64 KB of it. Never throws. */
export function* pictureFacts(input: Input): Reading<PictureFacts | HeaderTrouble> {
  const bytes = yield* input.peek(12)
  if (isJpeg(bytes)) return yield* jpegFacts(input)
  if (ascii(bytes, 0, 8) === pngSignature) return yield* pngFacts(input)
  if (isWebp(bytes)) return yield* webpFacts(input)
  return bytes.length < 12 ? 'incomplete' : 'unsupported'
}

const upright: ExifFacts = { orientation: 1, takenAt: null }
const maxExifBytes = 65_536

function isExcessive(input: Input, blocks: number): boolean {
  return blocks > maxBlocksBeforePixels || input.position > maxBytesBeforePixels
}

function* jpegFacts(input: Input): Reading<PictureFacts | HeaderTrouble> {
  let exif: ExifFacts | undefined
  input.consume(2)
  for (let blocks = 0; ; blocks++) {
    const kind = yield* nextMarker(input)
    if (kind === null) return 'incomplete'
    if (isExcessive(input, blocks)) return 'excessive'
    // A scan, the end or another start comes before the frame, which holds the size.
    if (kind >= 0xd8 && kind <= 0xda) return 'unsupported'
    const begin = yield* input.peek(8)
    if (begin.length < 8) return 'incomplete'
    const view = viewOf(begin)
    const length = view.getUint16(0)
    if (length < 2) return 'unsupported'
    if (isFrame(kind)) return sized('image/jpeg', view.getUint16(5), view.getUint16(3), exif)
    if (kind === 0xe1 && ascii(begin, 2, 8) === exifIdentifier) {
      const segment = yield* input.peek(length)
      exif ??= readExif(segment.subarray(2, length))
    }
    if (!(yield* skip(input, length))) return 'incomplete'
  }
}

/** Walks to the first pixels. Limits the compressed data before them, because it inflates when decoded. */
function* pngFacts(input: Input): Reading<PictureFacts | HeaderTrouble> {
  const begin = yield* input.peek(24)
  if (begin.length < 24) return 'incomplete'
  if (ascii(begin, 12, 16) !== 'IHDR') return 'unsupported'
  const width = viewOf(begin).getUint32(16)
  const height = viewOf(begin).getUint32(20)
  let exif: ExifFacts | undefined
  let compressed = 0
  input.consume(8)
  for (let blocks = 0; ; blocks++) {
    const heading = yield* input.peek(8)
    if (heading.length < 8) return 'incomplete'
    const length = viewOf(heading).getUint32(0)
    const kind = ascii(heading, 4, 8)
    if (kind === 'IDAT') return sized('image/png', width, height, exif)
    if (kind === 'IEND') return 'unsupported'
    input.consume(8)
    if (yield* isCompressed(input, kind, length)) compressed += length
    const isTooLarge = input.position + length > maxBytesBeforePixels
    if (isTooLarge || isExcessive(input, blocks) || compressed > maxCompressedBytes) return 'excessive'
    if (kind === 'eXIf') {
      const payload = yield* input.peek(Math.min(length, maxExifBytes))
      exif ??= readExif(payload.subarray(0, length))
    }
    if (!(yield* skip(input, length + 4))) return 'incomplete'
  }
}

/** Checks if a chunk is compressed. `iTXt` has a flag after its keyword of at most 79 bytes (PNG specification, section 11.3.3.4). */
function* isCompressed(input: Input, kind: string, length: number): Reading<boolean> {
  if (kind === 'zTXt' || kind === 'iCCP') return true
  if (kind !== 'iTXt') return false
  const begin = (yield* input.peek(Math.min(length, 81))).subarray(0, Math.min(length, 81))
  const end = begin.indexOf(0)
  return end < 0 || begin[end + 1] !== 0
}

/** Reads the size from the first chunk, then walks to the pixels, which may follow other chunks (RFC 9649, sections 2.5 to 2.7). */
function* webpFacts(input: Input): Reading<PictureFacts | HeaderTrouble> {
  const begin = yield* input.peek(30)
  if (begin.length < 30) return 'incomplete'
  const view = viewOf(begin)
  const first = ascii(begin, 12, 16)
  if (first === 'VP8L') {
    const bits = view.getUint32(21, true)
    return sized('image/webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1)
  }
  if (first === 'VP8 ')
    return sized('image/webp', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
  if (first !== 'VP8X') return 'unsupported'
  const threeBytes = (offset: number) => view.getUint32(offset, true) & 0xff_ffff
  const facts = sized('image/webp', threeBytes(24) + 1, (view.getUint32(26, true) >>> 8) + 1)
  input.consume(12)
  for (let blocks = 0; ; blocks++) {
    const heading = yield* input.peek(8)
    if (heading.length < 8) return 'incomplete'
    if (/^(?:VP8[ L]|ANMF|ALPH)$/.test(ascii(heading, 0, 4))) return facts
    const size = viewOf(heading).getUint32(4, true)
    input.consume(8)
    if (input.position + size > maxBytesBeforePixels || isExcessive(input, blocks)) return 'excessive'
    if (!(yield* skip(input, size + (size % 2)))) return 'incomplete'
  }
}

function sized(
  mediaType: PictureHeader['mediaType'],
  width: number,
  height: number,
  exif: ExifFacts = upright,
): PictureFacts | 'unsupported' {
  return width > 0 && height > 0 ? { mediaType, width, height, ...exif } : 'unsupported'
}
