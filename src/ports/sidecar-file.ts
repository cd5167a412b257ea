/**
 * Converts sidecar files to and from values of the storage port, within limits. Captions take a few kilobytes. Other programs may
 * leave any file under the same name, and handling such a file must be cheap.
 */
import { PublisherError } from '../base/errors.ts'
import { decodeText, type Encoding, encodeText, encodings } from '../base/text-encoding.ts'
import { type PhotoName, sidecarName } from './photo.ts'
import type { SmallFile } from './small-file.ts'
import type { PhotoEntry, PhotoListing, Sidecar, SidecarReading, SidecarVersions } from './storage.ts'

export type { SmallFile }

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

/** Decodes the sidecar in a file. `too_large` is a file of more than {@link maxSidecarBytes}, and `null` a missing file. */
export function sidecarIn(file: SmallFile | 'too_large' | null): SidecarReading {
  if (file === null) return null
  if (file === 'too_large') return 'unreadable'
  const sidecar = toSidecar(file.bytes, file.revision)
  return sidecar === 'unreadable' ? sidecar : { ...sidecar, version: file.version ?? file.revision }
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

/**
 * Finds the photos of a listing that have sidecars. `versionOf` returns the version of a file of the folder, or `undefined` for a
 * missing file.
 */
export function sidecarsAmong(
  photos: readonly PhotoEntry[],
  versionOf: (file: string) => string | undefined,
): Required<Pick<PhotoListing, 'withSidecar' | 'withFullName' | 'sidecarVersions'>> {
  const sidecarVersions = new Map<PhotoName, SidecarVersions>()
  for (const { name } of photos) {
    const stem = versionOf(sidecarName(name))
    const full = versionOf(sidecarName(name, 'full'))
    addVersions(sidecarVersions, name, { stem, full })
  }
  return sidecarsOf(sidecarVersions)
}

/** Notes the versions of a photo's sidecars. Notes nothing for a photo without sidecars. */
export function addVersions(
  versions: Map<PhotoName, SidecarVersions>,
  name: PhotoName,
  { stem, full }: { stem: string | undefined; full: string | undefined },
): void {
  if (stem === undefined && full === undefined) return
  versions.set(name, { ...(stem !== undefined && { stem }), ...(full !== undefined && { full }) })
}

/** Returns what a listing tells about sidecars, from their versions. */
export function sidecarsOf(
  sidecarVersions: ReadonlyMap<PhotoName, SidecarVersions>,
): Required<Pick<PhotoListing, 'withSidecar' | 'withFullName' | 'sidecarVersions'>> {
  const named = [...sidecarVersions].filter(([, { full }]) => full !== undefined)
  return {
    withSidecar: new Set(sidecarVersions.keys()),
    withFullName: new Set(named.map(([name]) => name)),
    sidecarVersions,
  }
}
