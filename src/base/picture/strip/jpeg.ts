/**
 * Copies a JPEG without its metadata (ITU-T T.81, annex B). Frame, tables and scans stay bit-identical. The copy also keeps JFIF
 * without its thumbnail, Adobe's colour flag, the colour profile, and the orientation in a new EXIF.
 */

import type { CreditBlocks } from '../../metadata/credit.ts'
import { ascii } from '../blocks.ts'
import { exifIdentifier, exifOfOrientation, readExif } from '../exif.ts'
import { type Input, joined, type Reading, type Step } from '../input.ts'
import { maxBlocksBeforePixels } from '../limits.ts'
import { broken, createHeader, take } from './parts.ts'

const startOfImage = 0xd8
const endOfImage = 0xd9
const startOfScan = 0xda
const end = Uint8Array.of(0xff, endOfImage)

/**
 * Writes the clean JPEG, with the credit if there is any. Adds a missing end marker and drops everything after the marker. Returns true
 * if the file had its end marker. Throws `photo_unreadable` for other files.
 */
export function* strippedJpeg(input: Input, credit: CreditBlocks | null = null): Generator<Step, boolean> {
  const header = createHeader()
  header.add(yield* take(input, 2))
  const kept = createHeaderFilter()
  for (let blocks = 0; ; blocks++) {
    if (blocks > maxBlocksBeforePixels) throw broken()
    const kind = yield* nextMarker(input)
    if (kind === null || kind === endOfImage || kind === startOfImage) throw broken()
    header.add(kept.filter(kind, yield* segmentPayload(input)))
    if (kind !== startOfScan) continue
    if (!kept.hasFrame()) throw broken()
    yield withBlocks(header.close(), kept.orientation(), credit)
    return yield* scans(input)
  }
}

/** Copies scans and the tables between them, up to the end of the first image. */
function* scans(input: Input): Generator<Step, boolean> {
  for (let blocks = 0; ; blocks++) {
    if (blocks > maxBlocksBeforePixels) throw broken()
    yield* scanData(input)
    const kind = yield* nextMarker(input)
    // Decoders accept a JPEG without its end marker.
    if (kind === null || kind === endOfImage) {
      yield end
      return kind !== null
    }
    if (kind === startOfImage) throw broken()
    const payload = yield* segmentPayload(input)
    if (isOfPicture(kind)) yield segmentOf(kind, payload)
  }
}

interface HeaderFilter {
  /** Returns the segment to write; empty to drop it. */
  filter(kind: number, payload: Uint8Array): Uint8Array
  hasFrame(): boolean
  /** Returns the orientation of the first EXIF. Default: 1. */
  orientation(): number
}

const dropped = new Uint8Array(0)

function createHeaderFilter(): HeaderFilter {
  let hasFrame = false
  let orientation: number | undefined
  const begins = (payload: Uint8Array, text: string) => ascii(payload, 0, text.length) === text
  return {
    hasFrame: () => hasFrame,
    orientation: () => orientation ?? 1,
    filter(kind, payload) {
      hasFrame ||= isFrame(kind)
      if (isOfPicture(kind)) return segmentOf(kind, payload)
      if (kind === 0xe0 && begins(payload, 'JFIF\0') && payload.length >= 12) {
        return segmentOf(kind, joined([payload.subarray(0, 12), Uint8Array.of(0, 0)]))
      }
      if (kind === 0xe2 && begins(payload, 'ICC_PROFILE\0')) return segmentOf(kind, payload)
      if (kind === 0xee && begins(payload, 'Adobe') && payload.length >= 12) {
        return segmentOf(kind, payload.subarray(0, 12))
      }
      if (kind === 0xe1 && begins(payload, exifIdentifier)) orientation ??= readExif(payload).orientation
      return dropped
    },
  }
}

/** Accepts frames, tables, restart intervals and scans. 0xc8 and all other markers have no meaning for decoders. */
function isOfPicture(kind: number): boolean {
  return (kind >= 0xc0 && kind <= 0xcf && kind !== 0xc8) || (kind >= startOfScan && kind <= 0xdf)
}

/** Accepts SOF0 to SOF15, but not DHT, JPG and DAC, whose numbers lie between them. */
export function isFrame(kind: number): boolean {
  return kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc
}

/** Writes the new metadata into a header without any. */
function withBlocks(header: Uint8Array, orientation: number, credit: CreditBlocks | null): Uint8Array {
  if (credit) return joined(withCredit(header, credit, orientation))
  return orientation === 1 ? header : joined(withExif(header, exifOfOrientation(orientation)))
}

/** Inserts an EXIF of up to 64 KB after the start of a JPEG or its JFIF segment. Returns pieces, without copying picture data. */
export function withExif(jpeg: Uint8Array, tiff: Uint8Array): Uint8Array[] {
  return inserted(jpeg, [exifSegment(tiff)])
}

/**
 * Inserts the credit into a JPEG without metadata, after its start or its JFIF segment. Returns pieces, without copying picture data.
 */
export function withCredit(jpeg: Uint8Array, { exif, xmp }: CreditBlocks, orientation = 1): Uint8Array[] {
  const packet = segmentOf(0xe1, joined([new TextEncoder().encode(xmpIdentifier), xmp]))
  return inserted(jpeg, [exifSegment(exif(orientation)), packet])
}

/** First bytes of an XMP segment (XMP specification, part 3, section 1.1.3). */
export const xmpIdentifier = 'http://ns.adobe.com/xap/1.0/\0'

function exifSegment(tiff: Uint8Array): Uint8Array {
  return segmentOf(0xe1, joined([new TextEncoder().encode(exifIdentifier), tiff]))
}

function inserted(jpeg: Uint8Array, segments: readonly Uint8Array[]): Uint8Array[] {
  const [, , mark, kind, high = 0, low = 0] = jpeg
  const at = mark === 0xff && kind === 0xe0 ? 4 + high * 256 + low : 2
  return [jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]
}

function segmentOf(kind: number, payload: Uint8Array): Uint8Array {
  const length = payload.length + 2
  return joined([Uint8Array.of(0xff, kind, length >> 8, length & 0xff), payload])
}

function* segmentPayload(input: Input): Reading<Uint8Array> {
  const [high = 0, low = 0] = yield* take(input, 2)
  const length = high * 256 + low - 2
  if (length < 0) throw broken()
  return yield* take(input, length)
}

/** Consumes input through the next marker that has a payload or starts or ends an image. Returns `null` at the end of the file. */
export function* nextMarker(input: Input): Reading<number | null> {
  for (;;) {
    const bytes = yield* input.peek(2)
    if (bytes.length < 2) return null
    const at = markerAt(bytes)
    const kind = bytes[at + 1]
    if (kind !== undefined) {
      input.consume(at + 2)
      return kind
    }
    // Keeps only a trailing 0xff, which may begin a marker.
    input.consume(at)
  }
}

/** Returns the index of the first complete marker. Otherwise returns the index of a trailing 0xff, or the length. */
function markerAt(bytes: Uint8Array): number {
  let at = bytes.indexOf(0xff)
  while (at >= 0 && at + 1 < bytes.length) {
    const kind = bytes[at + 1] ?? 0
    if (kind !== 0xff && !standsAlone(kind)) return at
    at = bytes.indexOf(0xff, kind === 0xff ? at + 1 : at + 2)
  }
  return at < 0 ? bytes.length : at
}

/** Accepts kinds without a payload: a stuffed zero, TEM, and the restart markers. */
function standsAlone(kind: number): boolean {
  return kind === 0 || kind === 0x01 || isRestart(kind)
}

function isRestart(kind: number): boolean {
  return kind >= 0xd0 && kind <= 0xd7
}

/** Copies entropy-coded data up to the next marker, without consuming the marker. */
function* scanData(input: Input): Generator<Step, void> {
  for (;;) {
    const bytes = yield* input.peek(2)
    const length = bytes.length < 2 && bytes[0] === 0xff ? 0 : dataLength(bytes)
    if (length > 0) yield bytes.subarray(0, length)
    input.consume(length)
    if (length > 0) continue
    const fill = fillLength(bytes)
    // Fill bytes may also precede a stuffed zero (libjpeg, jdhuff.c).
    input.consume(fill)
    if (fill === 0) return
  }
}

/** Returns the length of the data before the first marker or fill byte, or before a trailing 0xff, which needs more bytes. */
function dataLength(bytes: Uint8Array): number {
  let at = bytes.indexOf(0xff)
  while (at >= 0 && at + 1 < bytes.length) {
    const kind = bytes[at + 1] ?? 0
    if (kind !== 0 && !isRestart(kind)) return at
    at = bytes.indexOf(0xff, at + 2)
  }
  return at < 0 ? bytes.length : at
}

/** Counts the leading 0xff bytes that another 0xff follows. */
function fillLength(bytes: Uint8Array): number {
  let length = 0
  while (bytes[length] === 0xff && bytes[length + 1] === 0xff) length++
  return length
}
