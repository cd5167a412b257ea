/** Copies a PNG without its metadata (PNG specification, third edition). Keeps known chunks of the picture, and the orientation. */
import type { CreditBlocks } from '../../metadata/credit.ts'
import { ascii, viewOf } from '../blocks.ts'
import { exifOfOrientation, readExif } from '../exif.ts'
import { type Input, joined, type Step, skip } from '../input.ts'
import { crc32 } from './crc32.ts'
import { broken, createHeader, pass, take } from './parts.ts'

const unbounded = 0x7fff_ffff
/** Upper bound on the length of each chunk to keep. A longer chunk carries other data. */
const maxLengths: ReadonlyMap<string, number> = new Map([
  ['IHDR', 13],
  ['PLTE', 768],
  ['tRNS', 256],
  ['cHRM', 32],
  ['gAMA', 4],
  ['iCCP', unbounded],
  ['sBIT', 4],
  ['sRGB', 1],
  ['bKGD', 6],
  ['pHYs', 9],
  ['cICP', 4],
  ['mDCV', 24],
  ['cLLI', 8],
  ['acTL', 8],
  ['fcTL', 26],
  ['fdAT', unbounded],
  ['IDAT', unbounded],
])
/** Upper bound on chunks. Some files split their pixels into chunks of a few KB. */
const maxChunks = 100_000
const maxExifBytes = 65_536

/**
 * Writes the clean PNG, with the credit as XMP if there is any. Adds a missing IEND and drops everything after the IEND. Returns true if the
 * file had its IEND. Throws `photo_unreadable` for other files.
 */
export function* strippedPng(input: Input, credit: CreditBlocks | null = null): Generator<Step, boolean> {
  const header = createHeader()
  header.add(yield* take(input, 8))
  let hasPixels = false
  let hasExif = false
  for (let chunks = 0; chunks < maxChunks; chunks++) {
    const peeked = yield* input.peek(8)
    // Decoders accept a PNG without its end chunk.
    if (peeked.length < 8 && hasPixels) {
      yield chunkOf('IEND', new Uint8Array(0))
      return false
    }
    const begin = yield* take(input, 8)
    const length = viewOf(begin).getUint32(0)
    const kind = ascii(begin, 4, 8)
    if (length > unbounded || (chunks === 0) !== (kind === 'IHDR')) throw broken()
    if (kind === 'IEND') {
      if (!hasPixels) throw broken()
      yield chunkOf('IEND', new Uint8Array(0))
      return true
    }
    if (kind === 'IDAT' && !hasPixels) {
      hasPixels = true
      if (credit) header.add(xmpChunk(credit))
      yield header.close()
    }
    if (kind === 'eXIf') {
      const exif = yield* strippedExif(input, length)
      if (hasExif || !exif) continue
      hasExif = true
      if (hasPixels) yield exif
      else header.add(exif)
    } else if (length > (maxLengths.get(kind) ?? -1)) {
      if (!(yield* skip(input, length + 4))) throw broken()
    } else if (hasPixels) {
      yield begin
      yield* pass(input, length + 4)
    } else {
      header.add(begin)
      for (const piece of pieces(length + 4)) header.add(yield* take(input, piece))
    }
  }
  throw broken()
}

/** Returns the replacement of an `eXIf` chunk, or `null` if the picture is upright. */
function* strippedExif(input: Input, length: number): Generator<undefined, Uint8Array | null> {
  const exif = yield* take(input, Math.min(length, maxExifBytes))
  const { orientation } = readExif(exif)
  if (!(yield* skip(input, length - exif.length + 4))) throw broken()
  return orientation === 1 ? null : chunkOf('eXIf', exifOfOrientation(orientation))
}

/** Returns the `iTXt` chunk of an XMP packet: keyword, no compression, no language (XMP specification, part 3, section 1.1.5). */
function xmpChunk({ xmp }: CreditBlocks): Uint8Array {
  return chunkOf('iTXt', joined([new TextEncoder().encode('XML:com.adobe.xmp\0\0\0\0\0'), xmp]))
}

/** Splits `count` into lengths of at most 64 KB, so that a chunk's declared length cannot decide how much input is buffered. */
function* pieces(count: number): Generator<number> {
  for (let left = count; left > 0; left -= 65_536) yield Math.min(left, 65_536)
}

/** Returns a chunk: length, kind, payload and checksum. */
export function chunkOf(kind: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = joined([Uint8Array.from(kind, (letter) => letter.charCodeAt(0)), payload])
  const chunk = new Uint8Array(body.length + 8)
  const view = viewOf(chunk)
  view.setUint32(0, payload.length)
  chunk.set(body, 4)
  view.setUint32(4 + body.length, crc32(body))
  return chunk
}
