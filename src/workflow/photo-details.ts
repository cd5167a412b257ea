/** Everything that is shown with one photo, gathered from its store. */
import { PublisherError } from '../errors.ts'
import type { Folder, PhotoName } from './photo.ts'
import type { StreamDigest } from './ports/digest.ts'
import type { PhotoEntry, PhotoStore } from './ports/storage.ts'
import { captionOf, metadataOf, parseSidecar, sdCaptionOf } from './sidecar.ts'

/** Remembers digests between requests, by what the store knows of the bytes. */
export interface DigestMemory {
  get(entry: PhotoEntry): Promise<string | null>
  put(entry: PhotoEntry, sha256: string): Promise<void>
}

export interface PhotoDetails {
  name: PhotoName
  temporaryUrl: string
  sha256: string
  caption: string | null
  sdCaption: string | null
  metadata: Record<string, unknown> | null
  hasSidecar: boolean
}

export interface PhotoDetailsOptions {
  store: PhotoStore
  digest: StreamDigest
  digests: DigestMemory
}

/**
 * Gives the details of one photo. The digest is that of the very bytes: it comes from memory, or the original is read once.
 * Throws `photo_not_found`.
 */
export async function photoDetails(
  { store, digest, digests }: PhotoDetailsOptions,
  folder: Folder,
  name: PhotoName,
): Promise<PhotoDetails> {
  const entry = await store.stat(folder, name)
  if (!entry) throw photoNotFound()
  const [link, sidecar, sha256] = await Promise.all([
    store.temporaryLink(folder, name),
    store.readSidecar(folder, name),
    digestOf(entry),
  ])
  const document = sidecar && parseSidecar(sidecar.text)
  return {
    name: entry.name,
    temporaryUrl: link.url,
    sha256,
    caption: document && captionOf(document),
    sdCaption: document && sdCaptionOf(document),
    metadata: document && metadataOf(document),
    hasSidecar: document !== null,
  }

  async function digestOf(known: PhotoEntry): Promise<string> {
    const remembered = await digests.get(known)
    if (remembered) return remembered
    const { body } = await store.read(folder, name)
    const sha256 = await digest(body)
    await digests.put(known, sha256)
    return sha256
  }
}

/** The one error for a photo that is not there. */
export function photoNotFound(): PublisherError {
  return new PublisherError('photo_not_found', 'There is no photo of this name.')
}
