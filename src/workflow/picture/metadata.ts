/** Finds and removes what tells about the photographer: EXIF (GPS above all), XMP, IPTC, comments. */
import { ascii, type Block, isJpeg, isWebp, jpegSegments, webpChunks } from './blocks.ts'

const harmlessChunks: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])

/**
 * Whether a finished JPEG or WebP holds anything beside the picture and its colour profile. What is neither of the two
 * counts as suspect. Only the structure is looked at, so it costs next to nothing.
 */
export function carriesMetadata(bytes: Uint8Array): boolean {
  if (isJpeg(bytes)) return [...jpegSegments(bytes)].some((segment) => !isHarmless(bytes, segment))
  if (isWebp(bytes)) return [...webpChunks(bytes)].some(({ kind }) => !harmlessChunks.has(kind))
  return true
}

/**
 * The JPEG without such segments; other bytes are untouched. The picture must be upright already, since the EXIF
 * orientation goes too.
 */
export function stripJpegMetadata(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = new Uint8Array(bytes)
  let length = 0
  let copied = 0
  const keepUpTo = (position: number) => {
    kept.set(bytes.subarray(copied, position), length)
    length += Math.max(0, position - copied)
  }
  for (const segment of jpegSegments(bytes)) {
    if (isHarmless(bytes, segment)) continue
    keepUpTo(segment.offset)
    copied = Math.min(segment.end, bytes.length)
  }
  keepUpTo(bytes.length)
  return kept.subarray(0, length)
}

/** Application segments and comments are suspect, except JFIF's, Adobe's colour flag and colour profiles. */
function isHarmless(bytes: Uint8Array, { kind, start }: Block & { kind: number }): boolean {
  const isApplication = kind >= 0xe0 && kind <= 0xef
  if (!isApplication) return kind !== 0xfe
  const begins = (text: string) => ascii(bytes, start, start + text.length) === text
  return (
    (kind === 0xe0 && begins('JFIF\0')) ||
    (kind === 0xe2 && begins('ICC_PROFILE\0')) ||
    (kind === 0xee && begins('Adobe'))
  )
}
