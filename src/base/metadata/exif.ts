/** Reads the photographer's metadata from EXIF (EXIF 3.0), with the fields that Windows adds. */
import { type ExifDirectories, type ExifEntry, exifDirectories, takenIn } from '../picture/exif.ts'
import { fromUtf8, fromWindows1252 } from '../text-encoding.ts'
import { maxCreators, maxExifBytes, maxKeywords, maxLength } from './limits.ts'
import { noMetadata, type PhotographerMetadata } from './photographer.ts'
import { distinctLines, oneLine, severalLines } from './text.ts'
import { starsOf, starsOfPercent } from './xmp.ts'

const tag = {
  description: 0x010e,
  artist: 0x013b,
  rating: 0x4746,
  ratingPercent: 0x4749,
  copyright: 0x8298,
  windowsTitle: 0x9c9b,
  windowsComment: 0x9c9c,
  windowsAuthor: 0x9c9d,
  windowsKeywords: 0x9c9e,
} as const
const shortType = 3

/** Reads a TIFF structure, with or without the identifier of a JPEG segment. Returns `null` for other bytes. Never throws. */
export function readExifMetadata(bytes: Uint8Array): PhotographerMetadata | null {
  const found = exifDirectories(bytes.subarray(0, maxExifBytes))
  if (!found) return null
  const { first } = found
  const text = (key: number) => asciiText(found.tiff, first.get(key))
  const wide = (key: number) => wideText(found.tiff, first.get(key))
  const creators = (names: string) => distinctLines(names.split(';'), maxCreators, maxLength.creator)
  const artists = creators(text(tag.artist))
  return {
    ...noMetadata,
    title: oneLine(wide(tag.windowsTitle), maxLength.title),
    description:
      severalLines(text(tag.description), maxLength.description) ??
      severalLines(wide(tag.windowsComment), maxLength.description),
    keywords: distinctLines(wide(tag.windowsKeywords).split(';'), maxKeywords, maxLength.keyword),
    creators: artists.length > 0 ? artists : creators(wide(tag.windowsAuthor)),
    copyright: oneLine(text(tag.copyright), maxLength.copyright),
    rating: ratingIn(found),
    takenAt: takenIn(found),
  }
}

function ratingIn({ first }: ExifDirectories): number | null {
  const number = (key: number) => {
    const entry = first.get(key)
    return entry?.type === shortType && entry.count === 1 ? String(entry.short) : undefined
  }
  return starsOf(number(tag.rating)) ?? starsOfPercent(number(tag.ratingPercent))
}

/**
 * Reads a text up to its zero. `Copyright` holds the photographer's notice, a zero, and the editor's notice; the first that is not blank
 * counts.
 */
function asciiText(tiff: Uint8Array, entry: ExifEntry | undefined): string {
  const bytes = bytesOf(tiff, entry)
  const text = fromUtf8(bytes) ?? fromWindows1252(bytes)
  return text.split('\0', 3).find((part) => part.trim() !== '') ?? ''
}

/** Reads a text of Windows, which is little-endian UTF-16 in either byte order of the structure. */
function wideText(tiff: Uint8Array, entry: ExifEntry | undefined): string {
  const text = new TextDecoder('utf-16le').decode(bytesOf(tiff, entry))
  return text.split('\0', 1)[0] ?? ''
}

/** Returns the value's bytes; up to four lie in the entry itself. Returns no bytes for a value beyond the end. */
function bytesOf(tiff: Uint8Array, entry: ExifEntry | undefined): Uint8Array {
  if (!entry) return new Uint8Array(0)
  const start = entry.count <= 4 ? entry.at : entry.long
  return start + entry.count <= tiff.length ? tiff.subarray(start, start + entry.count) : new Uint8Array(0)
}
