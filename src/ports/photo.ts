/** Names of photos and folders. Code above the stores can address files only by these names. */
import { photoNotFound } from './storage-errors.ts'

/** A folder of photos. The store maps folders to paths. */
export type Folder = 'root' | 'archive' | 'keep' | 'remove'
export const folders: readonly Folder[] = ['root', 'archive', 'keep', 'remove']

declare const photoName: unique symbol
/** A plain file name with a photo's extension, without path, control or bidirectional characters. See {@link isPhotoName}. */
export type PhotoName = string & { readonly [photoName]: true }

const maxNameBytes = 255
const extension = /\.(jpe?g|png|webp)$/i
/**
 * Path and line separators, control characters, and bidirectional formatting characters (UAX #9, "Explicit Directional Formatting
 * Characters"). Bidirectional characters can make `gpj.exe` look like `exe.jpg`.
 */
const forbidden = /[\p{Cc}\p{Bidi_Control}/\\\u2028\u2029]/u

/**
 * Checks if a photo may have this name. Uploads, URLs, moves, jobs and listings all apply this rule. A storage may hold files
 * whose names break the rule; this program never lists, opens or changes them.
 */
export function isPhotoName(name: string): name is PhotoName {
  return (
    name.length <= maxNameBytes &&
    extension.test(name) &&
    !name.startsWith('.') &&
    !forbidden.test(name) &&
    name.isWellFormed() &&
    bytesOf(name) <= maxNameBytes
  )
}

/** Validates a name from a client. Throws `photo_not_found` for an invalid name, because no photo can have that name. */
export function parsePhotoName(name: string): PhotoName {
  if (!isPhotoName(name)) throw photoNotFound()
  return name
}

/**
 * Form of a sidecar's name. `stem` is V2's form: `x.jpg` -> `x.txt`. `full` is the form if the sidecar of the stem belongs to
 * another photo: `x.webp` -> `x.webp.txt`.
 */
export type SidecarForm = 'stem' | 'full'

/** Returns the sidecar's file name. */
export function sidecarName(name: PhotoName, form: SidecarForm = 'stem'): string {
  return form === 'full' ? `${name}.txt` : name.replace(extension, '.txt')
}

/** Form of the name of an XMP file beside a photo: `x.jpg` -> `x.xmp` by most programs, `x.jpg.xmp` by darktable and digiKam. */
export type XmpForm = 'stem' | 'full'

/** Returns the name of an XMP file beside the photo. Storages that fold no case may hold `.XMP` too. */
export function xmpName(name: PhotoName, form: XmpForm): string {
  return form === 'full' ? `${name}.xmp` : name.replace(extension, '.xmp')
}

/** Checks if the photo's full name with `.txt` fits into 255 bytes, the limit of most file systems. */
export function fitsFullName(name: PhotoName): boolean {
  return bytesOf(sidecarName(name, 'full')) <= maxNameBytes
}

/** Returns the extension in its original case, without the dot. */
export function extensionOf(name: PhotoName): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/**
 * Lists the names that other photos of the same stem may have, in order of their claim to a sidecar without an owner. `before` has
 * the names that precede this photo. `foldsCase`: names that differ only in case are the same file.
 */
export function siblingNames(
  name: PhotoName,
  foldsCase = false,
): { all: readonly PhotoName[]; before: readonly PhotoName[] } {
  const stem = name.slice(0, -extensionOf(name).length)
  const own = foldsCase ? stem + extensionOf(name).toLowerCase() : name
  const names = ['jpg', 'jpeg', 'png', 'webp'].flatMap((end) =>
    foldsCase ? [stem + end] : [stem + end, stem + end.toUpperCase()],
  )
  const others = (some: string[]) =>
    some.filter((other): other is PhotoName => other !== own && isPhotoName(other))
  const place = names.indexOf(own)
  return { all: others(names), before: others(place < 0 ? names : names.slice(0, place)) }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * Returns the name with ` (2)`, ` (3)` ... before the extension, and the name itself for `attempt` 1. Cuts long names before the
 * number, so that the result has at most 255 bytes.
 */
export function numberedName(name: PhotoName, attempt: number): PhotoName {
  return attempt <= 1 ? name : markedName(name, String(attempt))
}

/** Returns the name with a mark in parentheses before the extension. Cuts long names before the mark. `mark`: letters and digits. */
export function markedName(name: PhotoName, mark: string): PhotoName {
  const dot = name.lastIndexOf('.')
  const end = ` (${mark})${name.slice(dot)}`
  // A mark before the extension keeps the name valid.
  return `${cutToBytes(name.slice(0, dot), maxNameBytes - bytesOf(end))}${end}` as PhotoName
}

/** Upper bound on the names to try for a photo, because each name costs calls to the storage. */
const maxNumberedNames = 1000

/**
 * Yields the name itself and then its numbered forms by {@link numberedName}, a thousand names in all. If no name is free, stores
 * throw `tooManyOfThisName` (src/ports/storage-errors.ts).
 */
export function* numberedNames(name: PhotoName): Generator<PhotoName> {
  for (let attempt = 1; attempt <= maxNumberedNames; attempt++) yield numberedName(name, attempt)
}

/** Cuts the text to `maxBytes` without splitting a character. */
function cutToBytes(text: string, maxBytes: number): string {
  if (bytesOf(text) <= maxBytes) return text
  const whole = Array.from(graphemes.segment(text), ({ segment }) => segment)
  // A single grapheme with many combining marks may exceed the limit.
  return beginningOf(whole, maxBytes) || beginningOf(Array.from(text), maxBytes)
}

function beginningOf(characters: readonly string[], maxBytes: number): string {
  let beginning = ''
  let length = 0
  for (const character of characters) {
    length += bytesOf(character)
    if (length > maxBytes) break
    beginning += character
  }
  return beginning
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Returns the media type for the extension. */
export function mediaType(name: PhotoName): 'image/jpeg' | 'image/png' | 'image/webp' {
  if (/\.png$/i.test(name)) return 'image/png'
  return /\.webp$/i.test(name) ? 'image/webp' : 'image/jpeg'
}
