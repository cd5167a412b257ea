/** Finds the photo to publish in the root or the archive, with the digest of its bytes. */
import { PublisherError } from '../../base/errors.ts'
import type { Channel } from '../../contract/channels.ts'
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { PhotoEntry } from '../../ports/storage.ts'
import { photoNotFound } from '../../ports/storage-errors.ts'
import { contentDigest, type DigestTools } from '../content-digest.ts'
import type { Ledger } from '../ledger.ts'
import { type OriginalReading, type PictureTools, readOriginal } from '../original.ts'
import { photoVersion } from '../photo-version.ts'
import type { MarkedBox } from '../ready-pictures.ts'

export interface Located {
  folder: Folder
  entry: PhotoEntry
  sha256: string
  /** Pictures of the same reading as the digest. `null` if the digest was remembered. */
  reading: OriginalReading | null
}

export interface Search {
  name: PhotoName
  /** SHA-256 of the intended photo. Default: any photo of that name. */
  sha256?: string | undefined
  /** Version of the intended photo, which a move may change: guards the root only. Ignored beside `sha256`. */
  version?: string | undefined
  /** Channels of the tenant. */
  channels: readonly Channel[]
  /** Sizes of the pictures to make if the original must be read for its digest. Empty: none. */
  boxes: readonly MarkedBox[]
  /** Runs once when a photo of that name exists, before its bytes are read. */
  onFound(): void
}

/**
 * Finds the photo in the root or the archive. Throws `photo_not_found`, `photo_changed` if only a different photo has the name, and
 * the errors of the store.
 */
export async function locate(
  tools: PictureTools & DigestTools,
  ledger: Ledger,
  search: Search,
): Promise<Located> {
  let isTold = false
  const onFound = () => {
    if (!isTold) search.onFound()
    isTold = true
  }
  const isMeant = ({ sha256 }: Located) => search.sha256 === undefined || sha256 === search.sha256
  const inRoot = await findIn(tools, 'root', { ...search, onFound })
  if (inRoot && isMeant(inRoot)) return inRoot
  inRoot?.reading?.drop()
  // Few photos of the archive may be published, so no picture is made before the ledger is asked.
  const archived = await findIn(tools, 'archive', { ...search, onFound, boxes: [] })
  // Without any record this is a different photo of that name, or it was published before the ledger existed.
  if (archived && isMeant(archived) && (await ledger.isTried(archived.sha256, search.channels)))
    return archived
  throw inRoot ? anotherPhoto() : photoNotFound()
}

async function findIn(
  tools: PictureTools & DigestTools,
  folder: Folder,
  { name, sha256, version, boxes, onFound }: Omit<Search, 'channels'>,
): Promise<Located | null> {
  const entry = await tools.store.stat(folder, name)
  if (!entry) return null
  const isGuarded = folder === 'root' && sha256 === undefined && version !== undefined
  if (isGuarded && photoVersion(entry) !== version) throw anotherPhoto()
  onFound()
  try {
    const remembered = await tools.digests.get(entry)
    if (remembered) return { folder, entry, sha256: remembered, reading: null }
    if (boxes.length === 0) {
      return { folder, entry, sha256: await contentDigest(tools, folder, entry), reading: null }
    }
    const reading = await readOriginal(tools, folder, entry, boxes)
    return { folder, entry, sha256: await reading.sha256, reading }
  } catch (error) {
    // Another attempt may be moving the photo right now.
    if (await tools.store.stat(folder, name)) throw error
    return null
  }
}

function anotherPhoto(): PublisherError {
  return new PublisherError(
    'photo_changed',
    'A different photo has this name now. Nothing was sent. Check the photo, then publish again.',
  )
}
