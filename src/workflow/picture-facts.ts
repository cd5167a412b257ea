/**
 * Reads a photo's size in pixels and its date from its first bytes. Remembers both, so that later views need not read the bytes
 * again.
 */
import { type PictureFacts, pictureFacts } from '../base/picture/header.ts'
import { createInput } from '../base/picture/input.ts'
import type { Folder } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'
import type { PhotoFacts } from './previews/index-document.ts'

export type { PhotoFacts } from './previews/index-document.ts'

/** Facts by the store's content hash. `null`: these bytes have no facts. */
export interface FactsMemory {
  get(entry: PhotoEntry): PhotoFacts | null | undefined | Promise<PhotoFacts | null | undefined>
  put(entry: PhotoEntry, facts: PhotoFacts | null): void | Promise<void>
}

/** Upper bound on the bytes to read for the header. Phones write several MB of metadata before the size. */
const maxBytesRead = 4 * 2 ** 20

/**
 * Returns the facts from memory, or reads at most the first 4 MB of the photo. Returns `null` for a photo without a readable
 * header. Also returns `null` while the storage fails: a page works without facts.
 */
export async function factsOf(
  { store, facts }: { store: PhotoStore; facts: FactsMemory },
  folder: Folder,
  entry: PhotoEntry,
): Promise<PhotoFacts | null> {
  const known = await facts.get(entry)
  if (known !== undefined) return known
  try {
    const { entry: found, body } = await store.read(folder, entry.name)
    const read = await readFacts(body)
    await facts.put(found, read)
    return read
  } catch {
    return null
  }
}

async function readFacts(body: ReadableStream<Uint8Array>): Promise<PhotoFacts | null> {
  const reader = body.getReader()
  const reading = createFactsReader()
  try {
    while (reading.facts() === undefined) {
      const { done, value } = await reader.read()
      if (value) reading.push(value)
      if (done) reading.end()
    }
    return reading.facts() ?? null
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

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
