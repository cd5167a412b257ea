/**
 * Sidecars as values of the storage port: bounds, bytes, and their place in a listing. A photo's words take a few kilobytes; other
 * programs may leave any file under the same name, and work on such a file must cost nothing.
 */
import { PublisherError } from '../base/errors.ts'
import { decodeText, type Encoding, encodeText, encodings } from '../base/text-encoding.ts'
import { type PhotoName, sidecarName } from './photo.ts'
import type { PhotoEntry, PhotoListing, Sidecar, SidecarReading } from './storage.ts'

/** Stores read no more of a sidecar than this. Bytes. */
export const maxSidecarBytes = 64 * 1024
const maxSidecarLines = 500

/**
 * The sidecar in these bytes; `unreadable` where there are too many bytes or lines, or where they are no text. A byte order mark
 * stays part of the text. The revision also says the encoding, which {@link sidecarBytes} needs.
 */
export function toSidecar(bytes: Uint8Array, revision: string): Sidecar | 'unreadable' {
  if (bytes.length > maxSidecarBytes) return 'unreadable'
  const decoded = decodeText(bytes)
  if (!decoded || !isWithinLines(decoded.text)) return 'unreadable'
  const { text, encoding } = decoded
  return { text, revision: encoding === 'utf-8' ? revision : `${encoding} ${revision}` }
}

/** A file that was read whole. */
export interface SmallFile {
  bytes: Uint8Array
  /** Changes with the bytes. */
  revision: string
}

/** Reads the sidecar in a file; `too_large`: the file has more than {@link maxSidecarBytes}. `null`: there is no file. */
export function sidecarIn(file: SmallFile | 'too_large' | null): SidecarReading {
  if (file === null) return null
  return file === 'too_large' ? 'unreadable' : toSidecar(file.bytes, file.revision)
}

export interface WritableSidecar<R> {
  bytes: Uint8Array<ArrayBuffer>
  /** The store's own revision: without the encoding. */
  ifRevision: R | string
}

/**
 * The bytes of a sidecar's text, in the encoding of the file whose revision is given; a new file is UTF-8. A text with a character
 * that the encoding lacks becomes UTF-8 as a whole. Throws `sidecar_unreadable` for a text that {@link toSidecar} would not
 * read again: such a text must not be written.
 */
export function sidecarBytes<R extends string | null | undefined>(
  text: string,
  ifRevision: R,
): WritableSidecar<R> {
  const [encoding, revision] = splitRevision(ifRevision)
  const bytes = text.length > maxSidecarBytes || !isWithinLines(text) ? null : encodeText(text, encoding)
  if (bytes && bytes.length <= maxSidecarBytes) return { bytes, ifRevision: revision }
  throw new PublisherError(
    'sidecar_unreadable',
    'With these words the text file beside this photo would have more than 64 KB or 500 lines. Nothing was written; shorten them.',
  )
}

function splitRevision<R extends string | null | undefined>(revision: R): [Encoding, R | string] {
  const encoding = encodings.find((name) => revision?.startsWith(`${name} `))
  return encoding && revision ? [encoding, revision.slice(encoding.length + 1)] : ['utf-8', revision]
}

/** Error for a change of a sidecar that is unreadable. */
export function sidecarUnreadable(): PublisherError {
  return new PublisherError(
    'sidecar_unreadable',
    "The text file beside this photo has more than 64 KB or 500 lines, mixes encodings or is another program's, so it is neither read nor changed. Shorten it or save it as UTF-8 in your storage, or move it away.",
  )
}

/** Counts `\n`, `\r\n` and `\r` as line ends, as sidecar/document.ts does. */
function isWithinLines(text: string): boolean {
  let lines = 1
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index)
    const isEnd = unit === 10 || (unit === 13 && text.charCodeAt(index + 1) !== 10)
    if (isEnd && ++lines > maxSidecarLines) return false
  }
  return true
}

/** Tells which photos of a listing have a sidecar beside them. `has` tells if the folder has a file of this name. */
export function sidecarsAmong(
  photos: readonly PhotoEntry[],
  has: (file: string) => boolean,
): Required<Pick<PhotoListing, 'withSidecar' | 'withFullName'>> {
  const names = photos.map(({ name }) => name)
  const withFullName = new Set(names.filter((name) => has(sidecarName(name, 'full'))))
  const isBesideSidecar = (name: PhotoName) => withFullName.has(name) || has(sidecarName(name))
  return { withSidecar: new Set(names.filter(isBesideSidecar)), withFullName }
}
