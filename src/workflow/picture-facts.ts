/** Reads a photo's size in pixels and its date from its first bytes, while they pass on their way to the decoder. */
import { type PictureFacts, pictureFacts } from '../base/picture/header.ts'
import { createInput } from '../base/picture/input.ts'
import type { PhotoFacts } from './previews/index-document.ts'

export type { PhotoFacts } from './previews/index-document.ts'

/** Upper bound on the bytes to read for the header. Phones write several MB of metadata before the size. */
const maxBytesRead = 4 * 2 ** 20

/** Reads the facts of a photo while its bytes pass. */
export interface FactsReader {
  push(chunk: Uint8Array): void
  /** Marks the end of the photo. */
  end(): void
  /** `undefined`: needs more bytes. `null`: the photo has no readable header within its first 4 MB. */
  facts(): PhotoFacts | null | undefined
}

export function createFactsReader(): FactsReader {
  const input = createInput()
  const parser = pictureFacts(input)
  let received = 0
  let facts: PhotoFacts | null | undefined
  const step = () => {
    const { done, value } = parser.next()
    if (done) facts = typeof value === 'string' ? null : uprightFacts(value)
  }
  step()
  return {
    push(chunk) {
      if (facts !== undefined) return
      received += chunk.length
      if (received > maxBytesRead) {
        facts = null
        return
      }
      input.push(chunk)
      step()
    },
    end() {
      if (facts !== undefined) return
      input.end()
      step()
      facts ??= null
    },
    facts: () => facts,
  }
}

/** Swaps width and height for orientations 5 to 8, in which the picture lies on its side (EXIF 2.32, section 4.6.4). */
export function uprightFacts({ width, height, orientation, takenAt }: PictureFacts): PhotoFacts {
  return orientation < 5 ? { width, height, takenAt } : { width: height, height: width, takenAt }
}
