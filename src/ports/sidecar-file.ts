/**
 * Converts sidecar files to and from values of the storage port, within limits. Captions take a few kilobytes. Other programs may
 * leave any file under the same name, and handling such a file must be cheap.
 */
import { PublisherError } from '../base/errors.ts'
import { decodeText, type Encoding, encodeText, encodings } from '../base/text-encoding.ts'
import { type PhotoName, sidecarName } from './photo.ts'
import type { PhotoEntry, PhotoListing, Sidecar, SidecarReading } from './storage.ts'

/** Upper bound on the bytes of a sidecar to read. */
export const maxSidecarBytes = 64 * 1024
const maxSidecarLines = 500

/**
 * Decodes a sidecar. Returns `unreadable` if the bytes are not text or have too many bytes or lines. Keeps a byte order mark in the
 * text. Puts the encoding into the revision, because {@link sidecarBytes} needs the encoding.
 */
export function toSidecar(bytes: Uint8Array, revision: string): Sidecar | 'unreadable' {
  if (bytes.length > maxSidecarBytes) return 'unreadable'
  const decoded = decodeText(bytes)
  if (!decoded || !isWithinLines(decoded.text)) return 'unreadable'
  const { text, encoding } = decoded
  return { text, revision: encoding === 'utf-8' ? revision : `${encoding} ${revision}` }
}

/** A file with all its bytes. */
export interface SmallFile {
  bytes: Uint8Array
  /** Changes with the bytes. */
  revision: string
}

/** Decodes the sidecar in a file. `too_large` is a file of more than {@link maxSidecarBytes}, and `null` a missing file. */
export function sidecarIn(file: SmallFile | 'too_large' | null): SidecarReading {
  if (file === null) return null
  return file === 'too_large' ? 'unreadable' : toSidecar(file.bytes, file.revision)
}

export interface WritableSidecar<R> {
  bytes: Uint8Array<ArrayBuffer>
  /** The store's own revision, without the encoding. */
  ifRevision: R | string
}

/**
 * Encodes a sidecar's text in the encoding that `ifRevision` names, or in UTF-8 for a new file. Uses UTF-8 for the whole file if the
 * encoding lacks a character. Throws `sidecar_unreadable` for a text that {@link toSidecar} could not read again.
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
    'With these captions, the text file beside this photo would exceed 64 KB or 500 lines. Nothing was saved. Shorten the captions.',
  )
}

function splitRevision<R extends string | null | undefined>(revision: R): [Encoding, R | string] {
  const encoding = encodings.find((name) => revision?.startsWith(`${name} `))
  return encoding && revision ? [encoding, revision.slice(encoding.length + 1)] : ['utf-8', revision]
}

/** Creates the error for an attempt to change an unreadable sidecar. */
export function sidecarUnreadable(): PublisherError {
  return new PublisherError(
    'sidecar_unreadable',
    'The text file beside this photo exceeds 64 KB or 500 lines, mixes encodings, or belongs to another program. It was not changed. In your storage, shorten it, save it as UTF-8, or move it away.',
  )
}

/** Checks if the text is within the limit. Counts `\n`, `\r\n` and `\r` as line ends, as src/workflow/sidecar/document.ts does. */
function isWithinLines(text: string): boolean {
  let lines = 1
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index)
    const isEnd = unit === 10 || (unit === 13 && text.charCodeAt(index + 1) !== 10)
    if (isEnd && ++lines > maxSidecarLines) return false
  }
  return true
}

/** Finds the photos of a listing that have sidecars. `has` checks if the folder has a file of this name. */
export function sidecarsAmong(
  photos: readonly PhotoEntry[],
  has: (file: string) => boolean,
): Required<Pick<PhotoListing, 'withSidecar' | 'withFullName'>> {
  const names = photos.map(({ name }) => name)
  const withFullName = new Set(names.filter((name) => has(sidecarName(name, 'full'))))
  const isBesideSidecar = (name: PhotoName) => withFullName.has(name) || has(sidecarName(name))
  return { withSidecar: new Set(names.filter(isBesideSidecar)), withFullName }
}
