/**
 * How large a sidecar may be. A photo's words take a few kilobytes; other programs may leave anything under the same name, and
 * work on it must cost nothing.
 */
import { PublisherError } from '../../errors.ts'
import type { Sidecar } from '../ports/storage.ts'

/** Stores read no more of a sidecar than this. Bytes. */
export const maxSidecarBytes = 64 * 1024
const maxSidecarLines = 500

/** The sidecar in these bytes; `unreadable` where there are too many bytes or lines. A byte order mark stays part of the text. */
export function toSidecar(bytes: Uint8Array, revision: string): Sidecar | 'unreadable' {
  if (bytes.length > maxSidecarBytes) return 'unreadable'
  const text = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)
  return isWithinLines(text) ? { text, revision } : 'unreadable'
}

/** Throws `sidecar_unreadable` for a text that {@link toSidecar} would not read again: such a text must not be written. */
export function assertReadableSidecar(text: string): void {
  const isTooLong = text.length > maxSidecarBytes || new TextEncoder().encode(text).length > maxSidecarBytes
  if (!isTooLong && isWithinLines(text)) return
  throw new PublisherError(
    'sidecar_unreadable',
    'With these words the text file beside this photo would have more than 64 KB or 500 lines. Nothing was written; shorten them.',
  )
}

/** Error for a change of a sidecar that is unreadable. */
export function sidecarUnreadable(): PublisherError {
  return new PublisherError(
    'sidecar_unreadable',
    'The text file beside this photo has more than 64 KB or 500 lines, so it is neither read nor changed. Shorten it in your storage, or move it away.',
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
