/** Digest of a photo's original bytes: from memory, or from reading the original once. */
import type { StreamDigest } from '../ports/digest.ts'
import type { Folder } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'

/** Memory of digests between requests, keyed by the store's content hash. */
export interface DigestMemory {
  get(entry: PhotoEntry): Promise<string | null>
  put(entry: PhotoEntry, sha256: string): Promise<void>
}

export interface DigestTools {
  store: PhotoStore
  digest: StreamDigest
  digests: DigestMemory
}

/** Returns the SHA-256 of the photo in lower-case hex. Throws `photo_not_found`. */
export async function contentDigest(
  { store, digest, digests }: DigestTools,
  folder: Folder,
  entry: PhotoEntry,
): Promise<string> {
  const remembered = await digests.get(entry)
  if (remembered) return remembered
  const { entry: found, body } = await store.read(folder, entry.name)
  const sha256 = await digest(body)
  await digests.put(found, sha256)
  return sha256
}
