/**
 * Reads a photo's size in pixels and its date from its first bytes. Remembers both, so that later views need not read the bytes
 * again.
 */
import { type PictureFacts, pictureFacts } from '../base/picture/header.ts'
import { createInput } from '../base/picture/input.ts'
import type { Folder } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'

export interface PhotoFacts {
  /** Pixels, after rotation to upright. */
  width: number
  height: number
  /** ISO 8601; without an offset if the camera recorded none. */
  takenAt: string | null
}

/** Facts by the store's content hash. `null`: these bytes have no facts. */
export interface FactsMemory {
  get(entry: PhotoEntry): PhotoFacts | null | undefined
  put(entry: PhotoEntry, facts: PhotoFacts | null): void
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
  const known = facts.get(entry)
  if (known !== undefined) return known
  try {
    const { entry: found, body } = await store.read(folder, entry.name)
    const read = await readFacts(body)
    facts.put(found, read)
    return read
  } catch {
    return null
  }
}

async function readFacts(body: ReadableStream<Uint8Array>): Promise<PhotoFacts | null> {
  const reader = body.getReader()
  const input = createInput()
  const parser = pictureFacts(input)
  let received = 0
  try {
    for (let step = parser.next(); ; step = parser.next()) {
      if (step.done) return typeof step.value === 'string' ? null : uprightFacts(step.value)
      const { done, value } = await reader.read()
      received += value?.length ?? 0
      if (received > maxBytesRead) return null
      if (value) input.push(value)
      if (done) input.end()
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Swaps width and height for orientations 5 to 8, in which the picture lies on its side (EXIF 2.32, section 4.6.4). */
function uprightFacts({ width, height, orientation, takenAt }: PictureFacts): PhotoFacts {
  return orientation < 5 ? { width, height, takenAt } : { width: height, height: width, takenAt }
}
