/** Everything that is shown with one photo, gathered from its store. */
import { PublisherError } from '../errors.ts'
import { contentDigest, type DigestTools } from './content-digest.ts'
import type { Folder, PhotoName } from './photo.ts'
import { captionOf, metadataOf, parseSidecar, sdCaptionOf } from './sidecar.ts'

export interface PhotoDetails {
  name: PhotoName
  temporaryUrl: string
  sha256: string
  caption: string | null
  sdCaption: string | null
  metadata: Record<string, unknown> | null
  hasSidecar: boolean
}

/**
 * Gives the details of one photo. The digest is that of the very bytes: it comes from memory, or the original is read once.
 * A sidecar that cannot be read counts as one without words. Throws `photo_not_found`.
 */
export async function photoDetails(
  tools: DigestTools,
  folder: Folder,
  name: PhotoName,
): Promise<PhotoDetails> {
  const { store } = tools
  const entry = await store.stat(folder, name)
  if (!entry) throw photoNotFound()
  const [link, sidecar, sha256] = await Promise.all([
    store.temporaryLink(folder, name),
    store.readSidecar(folder, name),
    contentDigest(tools, folder, entry),
  ])
  const document = sidecar === null || sidecar === 'unreadable' ? null : parseSidecar(sidecar.text)
  return {
    name: entry.name,
    temporaryUrl: link.url,
    sha256,
    caption: document && captionOf(document),
    sdCaption: document && sdCaptionOf(document),
    metadata: document && metadataOf(document),
    hasSidecar: sidecar !== null,
  }
}

/** The one error for a photo that is not there. */
export function photoNotFound(): PublisherError {
  return new PublisherError('photo_not_found', 'There is no photo of this name.')
}
