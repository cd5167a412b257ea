/** Names of photos and folders: the only way in which anything above a store can point at a file. */
import { photoNotFound } from './storage-errors.ts'

/** Where a photo can be. The store knows which path each one is. */
export type Folder = 'root' | 'archive' | 'keep' | 'remove'
export const folders: readonly Folder[] = ['root', 'archive', 'keep', 'remove']

declare const photoName: unique symbol
/** A plain file name with a photo's extension: no path, control or bidirectional characters. Made by {@link parsePhotoName} only. */
export type PhotoName = string & { readonly [photoName]: true }

const maxNameBytes = 255
const extension = /\.(jpe?g|png|webp)$/i
/**
 * Separators of paths and lines, control characters, and the marks that change the direction of text (UAX #9, "Explicit Directional
 * Formatting Characters"): with these, `gpj.exe` can be made to look like `exe.jpg`.
 */
const forbidden = /[\p{Cc}\p{Bidi_Control}/\\\u2028\u2029]/u

/**
 * Tells whether this is a name that a photo may have. The one rule for all doors: uploads, addresses, moves, jobs and listings. A file
 * whose name breaks the rule may lie in a storage; it is neither listed nor reached nor touched.
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

/** Checks a name that came from outside. Throws `photo_not_found`: a name that cannot exist is a photo that does not. */
export function parsePhotoName(name: string): PhotoName {
  if (!isPhotoName(name)) throw photoNotFound()
  return name
}

/**
 * Names a sidecar after its photo: by its stem (`x.jpg` -> `x.txt`), as V2 does, or by its full name (`x.webp` ->
 * `x.webp.txt`), where the sidecar of the stem is another photo's.
 */
export type SidecarForm = 'stem' | 'full'

/** The sidecar's file name. */
export function sidecarName(name: PhotoName, form: SidecarForm = 'stem'): string {
  return form === 'full' ? `${name}.txt` : name.replace(extension, '.txt')
}

/** Tells if a file may have the photo's full name with `.txt`: names end at 255 bytes on most disks. */
export function fitsFullName(name: PhotoName): boolean {
  return bytesOf(sidecarName(name, 'full')) <= maxNameBytes
}

/** The extension as the name has it, without its dot. */
export function extensionOf(name: PhotoName): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/**
 * Names that other photos of the same stem may have, in the order in which a sidecar without an owner is theirs. `before`: those that
 * precede this photo in that order. `foldsCase`: upper and lower case name the same file.
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
 * The name with ` (2)`, ` (3)` ... before the extension; `attempt` 1 is the name itself. A long name loses characters before the
 * number, so that the result has at most 255 bytes.
 */
export function numberedName(name: PhotoName, attempt: number): PhotoName {
  if (attempt <= 1) return name
  const dot = name.lastIndexOf('.')
  const end = ` (${attempt})${name.slice(dot)}`
  // Adding a number before the extension cannot turn a photo's name into something else.
  return `${cutToBytes(name.slice(0, dot), maxNameBytes - bytesOf(end))}${end}` as PhotoName
}

/** Upper bound on names that are tried for one photo: each costs calls to the storage. */
const maxNumberedNames = 1000

/**
 * Gives the name itself, then its numbered forms as {@link numberedName} makes them, a thousand names in all. A store that finds none of
 * them free throws `tooManyOfThisName` (src/ports/storage-errors.ts).
 */
export function* numberedNames(name: PhotoName): Generator<PhotoName> {
  for (let attempt = 1; attempt <= maxNumberedNames; attempt++) yield numberedName(name, attempt)
}

/** The beginning of the text that fits, without half a character at its end. */
function cutToBytes(text: string, maxBytes: number): string {
  if (bytesOf(text) <= maxBytes) return text
  const whole = Array.from(graphemes.segment(text), ({ segment }) => segment)
  // A single grapheme of stacked accents may be longer than a file name.
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

/** The media type that the extension promises. */
export function mediaType(name: PhotoName): 'image/jpeg' | 'image/png' | 'image/webp' {
  if (/\.png$/i.test(name)) return 'image/png'
  return /\.webp$/i.test(name) ? 'image/webp' : 'image/jpeg'
}
