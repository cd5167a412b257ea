/**
 * Copies a WebP without its metadata (RFC 9649, section 2). The file begins with its size, so the length of the copy must be known: that of
 * the file and of the credit. Metadata is overwritten with unknown chunks of zeros, which readers ignore (RFC 9649, section 2.7).
 */
import type { CreditBlocks } from '../../metadata/credit.ts'
import { ascii, viewOf } from '../blocks.ts'
import { exifOfOrientation, readExif } from '../exif.ts'
import { readPictureHeader } from '../header.ts'
import { type Input, joined, type Reading, type Step, skip } from '../input.ts'
import { broken, pass, take } from './parts.ts'

/** Flags of a VP8X chunk to keep: colour profile, alpha and animation. */
const pictureFlags = 0x20 | 0x10 | 0x02
/** Flag of a VP8X chunk for EXIF. Set only if the copy keeps an orientation. */
const exifFlag = 0x08
/** Flag of a VP8X chunk for XMP. Set only if the copy has credit. */
const xmpFlag = 0x04
const alphaFlag = 0x10
const extensionBytes = 10
const frameHeaderBytes = 16
const animationBytes = 6
/** Upper bound on chunks. Animations have at most two in each frame. */
const maxChunks = 100_000
const maxExifBytes = 65_536

interface Chunk {
  kind: string
  /** First eight bytes of the chunk. */
  heading: Uint8Array
  /** Bytes of the payload without padding. */
  size: number
  /** Bytes of the payload with padding. */
  padded: number
}

/** Kinds of chunks that a picture has had so far. The copy keeps only the first of each kind, and only before the pixels. */
type Seen = Set<string>
const pixels = 'pixels'

/**
 * Writes the clean WebP, which is as long as the original and the credit. `orientation` is the result of {@link webpOrientation}. Returns
 * true. Throws `photo_unreadable` for other files and for truncated files.
 */
export function* strippedWebp(
  input: Input,
  orientation: number,
  credit: CreditBlocks | null = null,
): Generator<Step, boolean> {
  const added = credit ? addedChunks(yield* input.peek(30), credit) : nothingAdded
  const begin = yield* take(input, 12)
  const flags = (orientation === 1 ? 0 : exifFlag) | (credit ? xmpFlag : 0)
  const seen: Seen = new Set()
  let left = viewOf(begin).getUint32(4, true) - 4
  for (let chunks = 0; left >= 8; chunks++) {
    const chunk = yield* chunkHeading(input, left)
    left -= 8 + chunk.padded
    if (chunks > maxChunks || (chunks === 0 && !/^VP8[ LX]$/.test(chunk.kind))) throw broken()
    if (chunks === 0) yield joined([longer(begin, added), added.first])
    yield* strippedChunk(input, chunk, seen, { orientation, flags })
  }
  if (!seen.has(pixels)) throw broken()
  yield* zeros(input, left)
  yield added.last
  return true
}

/** Chunks that hold the credit: before the first chunk of the file, and behind its last. */
interface AddedChunks {
  first: Uint8Array
  last: Uint8Array
}

const nothing = new Uint8Array(0)
const nothingAdded: AddedChunks = { first: nothing, last: nothing }

/** Returns the chunks to add. A simple file needs a VP8X chunk, because only the extended format has metadata. */
function addedChunks(begin: Uint8Array, { xmp }: CreditBlocks): AddedChunks {
  const header = readPictureHeader(begin)
  const last = chunkOf('XMP ', xmp)
  if (ascii(begin, 12, 16) === 'VP8X') return { first: nothing, last }
  if (typeof header === 'string') throw broken()
  const hasAlpha = ascii(begin, 12, 16) === 'VP8L' && (viewOf(begin).getUint32(21, true) & 0x1000_0000) !== 0
  const threeBytes = (value: number) => [value & 0xff, (value >> 8) & 0xff, value >> 16]
  const payload = Uint8Array.of(
    xmpFlag | (hasAlpha ? alphaFlag : 0),
    ...[0, 0, 0, ...threeBytes(header.width - 1), ...threeBytes(header.height - 1)],
  )
  return { first: chunkOf('VP8X', payload), last }
}

function chunkOf(kind: string, payload: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(8 + payload.length + (payload.length % 2))
  chunk.set(new TextEncoder().encode(kind))
  viewOf(chunk).setUint32(4, payload.length, true)
  chunk.set(payload, 8)
  return chunk
}

/** Adds the length of the chunks to the file's size. */
function longer(begin: Uint8Array, { first, last }: AddedChunks): Uint8Array {
  const copy = new Uint8Array(begin)
  const view = viewOf(copy)
  view.setUint32(4, view.getUint32(4, true) + first.length + last.length, true)
  return copy
}

function* strippedChunk(
  input: Input,
  chunk: Chunk,
  seen: Seen,
  { orientation, flags }: { orientation: number; flags: number },
): Generator<Step, void> {
  const { kind, heading, size, padded } = chunk
  const isFirst = !seen.has(kind)
  seen.add(kind)
  if (kind === 'VP8X' && isFirst && size >= extensionBytes) {
    yield heading
    yield extension(yield* take(input, extensionBytes), flags)
    yield* zeros(input, padded - extensionBytes)
  } else if (kind === 'ANMF' && size >= frameHeaderBytes) {
    seen.add(pixels)
    yield heading
    yield* strippedFrame(input, padded)
  } else if (kind === 'ANIM' && isFirst && size >= animationBytes) {
    yield heading
    yield* pass(input, animationBytes)
    yield* zeros(input, padded - animationBytes)
  } else if (kind === 'EXIF' && isFirst && orientation !== 1) {
    const exif = exifOfOrientation(orientation).subarray(0, size)
    yield heading
    if (!(yield* skip(input, exif.length))) throw broken()
    yield exif
    yield* zeros(input, padded - exif.length)
  } else if (kind === 'ICCP' && isFirst && !seen.has(pixels)) {
    yield* keptChunk(input, chunk)
  } else {
    yield* pictureChunk(input, chunk, seen, isFirst)
  }
}

/** Copies alpha and pixels, once each. Overwrites all other chunks with zeros. */
function* pictureChunk(input: Input, chunk: Chunk, seen: Seen, isFirst: boolean): Generator<Step, void> {
  const isPixels = chunk.kind === 'VP8 ' || chunk.kind === 'VP8L'
  const isWanted = (isPixels || (chunk.kind === 'ALPH' && isFirst)) && !seen.has(pixels)
  if (isPixels) seen.add(pixels)
  if (isWanted) return yield* keptChunk(input, chunk)
  yield joined([Uint8Array.from('JUNK', (letter) => letter.charCodeAt(0)), chunk.heading.subarray(4)])
  yield* zeros(input, chunk.padded)
}

/** Copies a frame, which holds chunks of its own and may hide metadata among them. */
function* strippedFrame(input: Input, length: number): Generator<Step, void> {
  const seen: Seen = new Set()
  yield* pass(input, frameHeaderBytes)
  let left = length - frameHeaderBytes
  while (left >= 8) {
    const chunk = yield* chunkHeading(input, left)
    left -= 8 + chunk.padded
    const isFirst = !seen.has(chunk.kind)
    seen.add(chunk.kind)
    yield* pictureChunk(input, chunk, seen, isFirst)
  }
  yield* zeros(input, left)
}

function* keptChunk(input: Input, { heading, size, padded }: Chunk): Generator<Step, void> {
  yield heading
  yield* pass(input, size)
  yield* zeros(input, padded - size)
}

/** Reads a chunk's heading. `left` counts the bytes to the end of the enclosing file or frame. Accepts a missing final padding byte. */
function* chunkHeading(input: Input, left: number): Reading<Chunk> {
  const heading = yield* take(input, 8)
  const size = viewOf(heading).getUint32(4, true)
  if (size > left - 8) throw broken()
  return { kind: ascii(heading, 0, 4), heading, size, padded: Math.min(size + (size % 2), left - 8) }
}

function extension(payload: Uint8Array, flags: number): Uint8Array {
  const kept = (payload[0] ?? 0) & pictureFlags
  return joined([Uint8Array.of(kept | flags, 0, 0, 0), payload.subarray(4)])
}

const zeroBlock = new Uint8Array(16_384)

/** Skips `count` bytes and writes as many zeros. */
function* zeros(input: Input, count: number): Generator<Step, void> {
  for (let left = count; left > 0; left -= zeroBlock.length) {
    const part = Math.min(left, zeroBlock.length)
    if (!(yield* skip(input, part))) throw broken()
    yield zeroBlock.subarray(0, part)
  }
}

/**
 * Finds the orientation of a WebP, whose EXIF follows the pixels. Reads on only if the file's flags announce an EXIF. Returns 1 if
 * the file has no EXIF or is malformed; the copy refuses malformed files.
 */
export function* webpOrientation(input: Input): Reading<number> {
  const begin = yield* input.peek(21)
  const isFlagged = ascii(begin, 12, 16) === 'VP8X' && ((begin[20] ?? 0) & exifFlag) !== 0
  if (!isFlagged) return 1
  let left = viewOf(begin).getUint32(4, true) - 4
  input.consume(12)
  for (let chunks = 0; left >= 8 && chunks <= maxChunks; chunks++) {
    const heading = yield* input.peek(8)
    if (heading.length < 8) return 1
    const size = viewOf(heading).getUint32(4, true)
    const kind = ascii(heading, 0, 4)
    input.consume(8)
    if (kind === 'EXIF') {
      const exif = yield* input.peek(Math.min(size, maxExifBytes))
      return readExif(exif.subarray(0, size)).orientation
    }
    left -= 8 + size + (size % 2)
    if (!(yield* skip(input, size + (size % 2)))) return 1
  }
  return 1
}
