/** Collects the metadata of a WebP, which follows the pixels (RFC 9649, section 2.7). */
import { ascii, viewOf } from '../../picture/blocks.ts'
import { type Input, type Reading, skip } from '../../picture/input.ts'
import { maxExifBytes, maxXmpBytes } from '../limits.ts'
import { type EmbeddedBlocks, noBlocks } from './blocks.ts'

/** Flags of the first chunk that announce EXIF or XMP. */
const metadataFlags = 0x08 | 0x04
const maxChunks = 100_000

export function* webpBlocks(input: Input): Reading<EmbeddedBlocks> {
  const found = { ...noBlocks }
  const begin = yield* input.peek(21)
  if (ascii(begin, 12, 16) !== 'VP8X' || ((begin[20] ?? 0) & metadataFlags) === 0) return found
  let left = viewOf(begin).getUint32(4, true) - 4
  input.consume(12)
  for (let chunks = 0; left >= 8 && chunks < maxChunks; chunks++) {
    const heading = yield* input.peek(8)
    if (heading.length < 8) break
    const kind = ascii(heading, 0, 4)
    const size = viewOf(heading).getUint32(4, true)
    input.consume(8)
    left -= 8 + size + (size % 2)
    const isXmp = kind === 'XMP ' && size <= maxXmpBytes && !found.xmp
    const isExif = kind === 'EXIF' && size <= maxExifBytes && !found.exif
    if (isXmp || isExif) {
      const payload = yield* input.peek(size)
      if (payload.length < size) break
      found[isXmp ? 'xmp' : 'exif'] = payload.slice(0, size)
    }
    if (!(yield* skip(input, size + (size % 2)))) break
  }
  return found
}
