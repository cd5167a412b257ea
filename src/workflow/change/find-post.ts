/** Finds the photo whose posts are to be changed, in the root or the archive. Makes no pictures. */
import { isPublisherError } from '../../base/errors.ts'
import type { Channel } from '../../contract/channels.ts'
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { PhotoEntry } from '../../ports/storage.ts'
import { photoNotFound } from '../../ports/storage-errors.ts'
import { contentDigest, type DigestTools } from '../content-digest.ts'
import type { Ledger } from '../ledger.ts'

export interface FoundPhoto {
  folder: Folder
  entry: PhotoEntry
  sha256: string
}

/**
 * Finds the photo of this name with an attempt to publish it. Two different photos may have the name: the archive's photo is meant if only
 * that photo was ever tried. Throws `photo_not_found` and the errors of the store.
 */
export async function findPost(
  tools: DigestTools,
  ledger: Ledger,
  name: PhotoName,
  channels: readonly Channel[],
): Promise<FoundPhoto> {
  let untried: FoundPhoto | null = null
  for (const folder of ['root', 'archive'] as const) {
    const found = await findIn(tools, folder, name)
    if (!found) continue
    if (await ledger.isTried(found.sha256, channels)) return found
    untried ??= found
  }
  if (untried) return untried
  throw photoNotFound()
}

async function findIn(tools: DigestTools, folder: Folder, name: PhotoName): Promise<FoundPhoto | null> {
  const entry = await tools.store.stat(folder, name)
  if (!entry) return null
  try {
    return { folder, entry, sha256: await contentDigest(tools, folder, entry) }
  } catch (error) {
    // Another request is moving the photo right now.
    if (isPublisherError(error, 'photo_not_found')) return null
    throw error
  }
}
