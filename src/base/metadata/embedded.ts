/** Collects XMP, IPTC and EXIF from a JPEG, PNG or WebP while its bytes pass, and skips the pixels without holding them. */
import { ascii, isJpeg, isWebp } from '../picture/blocks.ts'
import { pngSignature } from '../picture/header.ts'
import { createInput, type Input, type Reading } from '../picture/input.ts'
import { type EmbeddedBlocks, noBlocks } from './embedded/blocks.ts'
import { jpegBlocks } from './embedded/jpeg.ts'
import { pngBlocks } from './embedded/png.ts'
import { webpBlocks } from './embedded/webp.ts'

export type { EmbeddedBlocks } from './embedded/blocks.ts'

/** Reads the metadata of a photo while its bytes pass. Holds at most 1.3 MB. Never throws. */
export interface MetadataReader {
  push(chunk: Uint8Array): void
  /** Marks the end of the photo. */
  end(): void
  /** Returns true once more bytes add nothing: at the pixels of a JPEG, and at the end of other files. */
  isDone(): boolean
  /** Returns `undefined` until the reader is done. All blocks of a file that is not a photo are `null`. */
  blocks(): EmbeddedBlocks | undefined
}

export function createMetadataReader(): MetadataReader {
  const input = createInput()
  const parser = blocksIn(input)
  let found: EmbeddedBlocks | undefined
  const step = () => {
    const { done, value } = parser.next()
    if (done) found = value
  }
  step()
  return {
    push(chunk) {
      if (found) return
      input.push(chunk)
      step()
    },
    end() {
      if (found) return
      input.end()
      step()
    },
    isDone: () => found !== undefined,
    blocks: () => found,
  }
}

function* blocksIn(input: Input): Reading<EmbeddedBlocks> {
  const bytes = yield* input.peek(12)
  if (isJpeg(bytes)) return yield* jpegBlocks(input)
  if (ascii(bytes, 0, 8) === pngSignature) return yield* pngBlocks(input)
  if (isWebp(bytes)) return yield* webpBlocks(input)
  return noBlocks
}
