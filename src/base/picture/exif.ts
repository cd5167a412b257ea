/** Reads the two EXIF facts that a gallery needs, orientation and time taken, and writes an EXIF with either of them. */
import { ascii, viewOf } from './blocks.ts'

export interface ExifFacts {
  /** 1 to 8 (EXIF 2.32, tag 0x0112). Default: 1. */
  orientation: number
  /** ISO 8601, in the camera's local time if the EXIF has no offset: `2026-06-01T18:30:00` or `...+02:00`. */
  takenAt: string | null
}

const noFacts: ExifFacts = { orientation: 1, takenAt: null }
const tag = { orientation: 0x0112, exifDirectory: 0x8769, taken: 0x9003, takenOffset: 0x9011 } as const
const fieldType = { ascii: 2, long: 4 } as const
/** Upper bound on the entries of a directory; cameras write about fifty. */
const maxEntries = 512

/** First bytes of an EXIF segment in a JPEG, and of the EXIF chunk in WebP files of some writers. */
export const exifIdentifier = 'Exif\0\0'

/** Reads a TIFF structure, with or without {@link exifIdentifier} before it. Returns the defaults if it is malformed. Never throws. */
export function readExif(bytes: Uint8Array): ExifFacts {
  const found = exifDirectories(bytes)
  if (!found) return noFacts
  const orientation = found.first.get(tag.orientation)?.short ?? 1
  return {
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    takenAt: takenIn(found),
  }
}

/** Entries of the first directory and of the EXIF directory, by tag. */
export interface ExifDirectories {
  tiff: Uint8Array
  first: ReadonlyMap<number, ExifEntry>
  exif: ReadonlyMap<number, ExifEntry>
}

/** Returns `null` for bytes that are not TIFF, with or without {@link exifIdentifier} before it. Never throws. */
export function exifDirectories(bytes: Uint8Array): ExifDirectories | null {
  const start = ascii(bytes, 0, exifIdentifier.length) === exifIdentifier ? exifIdentifier.length : 0
  const tiff = bytes.subarray(start)
  const order = ascii(tiff, 0, 4)
  if (order !== 'II*\0' && order !== 'MM\0*') return null
  const isLittle = order === 'II*\0'
  const first = directoryAt(tiff, numberAt(tiff, 4, isLittle), isLittle)
  return { tiff, first, exif: directoryAt(tiff, first.get(tag.exifDirectory)?.long ?? null, isLittle) }
}

/** Reads the time taken in the form of {@link ExifFacts.takenAt}. */
export function takenIn({ tiff, exif }: ExifDirectories): string | null {
  return timeOf(textIn(tiff, exif.get(tag.taken)), textIn(tiff, exif.get(tag.takenOffset)))
}

/** An entry of a directory (TIFF 6.0, section 2). */
export interface ExifEntry {
  /** Position of the value field in the TIFF structure. */
  at: number
  type: number
  count: number
  /** The value as a 16-bit number. */
  short: number
  /** The value as a 32-bit number, or the offset of a longer value. */
  long: number
}

function directoryAt(
  tiff: Uint8Array,
  offset: number | null,
  isLittle: boolean,
): ReadonlyMap<number, ExifEntry> {
  const entries = new Map<number, ExifEntry>()
  if (offset === null || offset + 2 > tiff.length) return entries
  const view = viewOf(tiff)
  const count = Math.min(view.getUint16(offset, isLittle), maxEntries)
  for (let index = 0; index < count; index++) {
    const at = offset + 2 + 12 * index
    if (at + 12 > tiff.length) break
    const key = view.getUint16(at, isLittle)
    if (entries.has(key)) continue
    entries.set(key, {
      at: at + 8,
      type: view.getUint16(at + 2, isLittle),
      count: view.getUint32(at + 4, isLittle),
      short: view.getUint16(at + 8, isLittle),
      long: view.getUint32(at + 8, isLittle),
    })
  }
  return entries
}

function numberAt(tiff: Uint8Array, offset: number, isLittle: boolean): number | null {
  return offset + 4 > tiff.length ? null : viewOf(tiff).getUint32(offset, isLittle)
}

/** Reads the text that an entry points to. Returns an empty text if it is longer than 32 bytes. */
function textIn(tiff: Uint8Array, entry: ExifEntry | undefined): string {
  if (!entry || entry.count <= 4 || entry.count > 32) return ''
  return ascii(tiff, entry.long, entry.long + entry.count)
}

function timeOf(taken: string, offset: string): string | null {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(taken)
  if (!parts) return null
  const time = `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}`
  // Rejects the zeros of cameras without a clock, and dates such as 30 February.
  const instant = new Date(`${time}Z`)
  if (Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 19) !== time || /^0000/.test(time))
    return null
  const zone = /^[+-](?:0\d|1[0-4]):[0-5]\d/.exec(offset)?.[0] ?? ''
  return time + zone
}

/** Writes a big-endian TIFF structure with one entry, the orientation (26 bytes). */
export function exifOfOrientation(orientation: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8],
    ...[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0],
  ])
}

/** Writes a big-endian TIFF structure with only the time taken, in the format of {@link readExif}. */
export function exifOfTime(takenAt: string): Uint8Array<ArrayBuffer> {
  const [day, time] = [takenAt.slice(0, 10).replaceAll('-', ':'), takenAt.slice(11, 19)]
  const texts: { key: number; text: string }[] = [{ key: tag.taken, text: `${day} ${time}\0` }]
  if (takenAt.length > 19) texts.push({ key: tag.takenOffset, text: `${takenAt.slice(19)}\0` })
  const directory = 26
  let textAt = directory + 2 + 12 * texts.length + 4
  const tiff = new Uint8Array(textAt + texts.reduce((sum, { text }) => sum + text.length, 0))
  const view = viewOf(tiff)
  const write = (at: number, [key, type, count, value]: readonly [number, number, number, number]) => {
    view.setUint16(at, key)
    view.setUint16(at + 2, type)
    view.setUint32(at + 4, count)
    view.setUint32(at + 8, value)
  }
  tiff.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1])
  write(10, [tag.exifDirectory, fieldType.long, 1, directory])
  view.setUint16(directory, texts.length)
  for (const [index, { key, text }] of texts.entries()) {
    write(directory + 2 + 12 * index, [key, fieldType.ascii, text.length, textAt])
    tiff.set(new TextEncoder().encode(text), textAt)
    textAt += text.length
  }
  return tiff
}
