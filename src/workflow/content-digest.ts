/** The digest of a photo's very bytes: from memory, or by reading the original once. */
import type { StreamDigest } from '../ports/digest.ts'
import type { Folder } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'

/** Remembers digests between requests, by what the store knows of the bytes. */
export interface DigestMemory {
  get(entry: PhotoEntry): Promise<string | null>
  put(entry: PhotoEntry, sha256: string): Promise<void>
}

export interface DigestTools {
  store: PhotoStore
  digest: StreamDigest
  digests: DigestMemory
}

/** SHA-256 of the photo, lower-case hex. Throws `photo_not_found`. */
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
