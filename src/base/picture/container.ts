/**
 * Reads the time taken from an AVIF or HEIC. The EXIF is an item of the file's `meta` box: ISO/IEC 14496-12, sections 8.11.3
 * and 8.11.6, and ISO/IEC 23008-12, annex A.
 */
import { ascii, viewOf } from './blocks.ts'
import { readExif } from './exif.ts'

/** Upper bound on the `meta` box; phones write about 4 KB. */
const maxMetaBytes = 2 ** 20
/** Upper bound on top-level boxes; phones write four. */
const maxFileBoxes = 64
/** Upper bound on the EXIF bytes to read; the times are near the beginning. */
const maxExifBytes = 65_536

/** Position of a box's payload within the bytes that were read. */
interface Box {
  kind: string
  start: number
  end: number
}

type ReadAt = (start: number, length: number) => Uint8Array

/**
 * Reads the time taken, in the format of {@link readExif}, from a file in chunks. `size` is the total size of the chunks in bytes.
 * Returns `null` if the file has no time. Never throws.
 */
export function timeInContainer(chunks: readonly Uint8Array[], size: number): string | null {
  const read: ReadAt = (start, length) => copyOf(chunks, start, length)
  const meta = metaOf(read, size)
  if (!meta) return null
  const boxes = [...boxesIn((start, length) => meta.subarray(start, start + length), 4, meta.length)]
  const payloadOf = (kind: string) => {
    const box = boxes.find((candidate) => candidate.kind === kind)
    return box && meta.subarray(box.start, box.end)
  }
  const [items, locations] = [payloadOf('iinf'), payloadOf('iloc')]
  const item = items ? exifItemIn(items) : null
  const place = item !== null && locations ? placeOf(item, locations) : null
  if (!place) return null
  const length = Math.min(place.length, maxExifBytes)
  const bytes = place.isInMeta
    ? payloadOf('idat')?.subarray(place.start, place.start + length)
    : read(place.start, length)
  if (!bytes || bytes.length < 8) return null
  // The EXIF item starts with the offset of its TIFF structure.
  return readExif(bytes.subarray(4 + viewOf(bytes).getUint32(0))).takenAt
}

function metaOf(read: ReadAt, size: number): Uint8Array | null {
  let boxes = 0
  for (const { kind, start, end } of boxesIn(read, 0, size)) {
    if (kind === 'meta') return end - start <= maxMetaBytes && end <= size ? read(start, end - start) : null
    if (++boxes >= maxFileBoxes) return null
  }
  return null
}

/** Yields consecutive boxes. Stops at a box that is malformed or ends beyond `limit`. */
export function* boxesIn(read: ReadAt, begin: number, limit: number): Generator<Box> {
  for (let at = begin; at + 8 <= limit; ) {
    const heading = read(at, 16)
    const short = viewOf(heading).getUint32(0)
    if (short === 1 && heading.length < 16) return
    // Size 1 means that a 64-bit size follows. Size 0 means that the box extends to the end.
    const size = short === 1 ? Number(viewOf(heading).getBigUint64(8)) : short === 0 ? limit - at : short
    const header = short === 1 ? 16 : 8
    if (size < header || at + size > limit) return
    yield { kind: ascii(heading, 4, 8), start: at + header, end: at + size }
    at += size
  }
}

/** Returns the ID of the first item of type `Exif`. */
function exifItemIn(items: Uint8Array): number | null {
  const read: ReadAt = (start, length) => items.subarray(start, start + length)
  for (const { kind, start, end } of boxesIn(read, items[0] === 0 ? 6 : 8, items.length)) {
    const entry = items.subarray(start, end)
    const isLong = entry[0] === 3
    const type = isLong ? 10 : 8
    if (kind !== 'infe' || entry.length < type + 4 || (entry[0] ?? 0) < 2) continue
    if (ascii(entry, type, type + 4) === 'Exif') return numberIn(entry, 4, isLong ? 4 : 2)
  }
  return null
}

interface Place {
  start: number
  length: number
  /** True when `start` counts from the `idat` box instead of from the file. */
  isInMeta: boolean
}

/** Finds the place of an item. Returns `null` for an item in several extents. */
function placeOf(item: number, locations: Uint8Array): Place | null {
  if (locations.length < 10) return null
  const version = locations[0] ?? 0
  const sizes = viewOf(locations).getUint16(4)
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexSize = version === 0 ? 0 : sizes & 15
  const idSize = version === 2 ? 4 : 2
  const extentSize = indexSize + offsetSize + lengthSize
  let at = 6 + idSize
  for (let left = numberIn(locations, 6, idSize); left > 0; left--) {
    const method = version === 0 ? 0 : numberIn(locations, at + idSize, 2) & 15
    const base = at + idSize + (version === 0 ? 2 : 4)
    const extents = numberIn(locations, base + baseSize, 2)
    const first = base + baseSize + 2
    const next = first + extents * extentSize
    if (next > locations.length) return null
    if (numberIn(locations, at, idSize) === item) {
      if (extents !== 1 || method > 1) return null
      const start = numberIn(locations, base, baseSize) + numberIn(locations, first + indexSize, offsetSize)
      const length = numberIn(locations, first + indexSize + offsetSize, lengthSize)
      return { start, length, isInMeta: method === 1 }
    }
    at = next
  }
  return null
}

/** Reads a big-endian number of 0 to 8 bytes; bytes beyond the end count as 0. */
function numberIn(bytes: Uint8Array, at: number, size: number): number {
  let number = 0
  for (let index = at; index < at + size; index++) number = number * 256 + (bytes[index] ?? 0)
  return number
}

function copyOf(chunks: readonly Uint8Array[], start: number, length: number): Uint8Array {
  const copy = new Uint8Array(length)
  let filled = 0
  let at = 0
  for (const chunk of chunks) {
    const from = start + filled - at
    if (from < chunk.length) {
      const part = chunk.subarray(from, from + length - filled)
      copy.set(part, filled)
      filled += part.length
    }
    if (filled === length) break
    at += chunk.length
  }
  return copy.subarray(0, filled)
}
