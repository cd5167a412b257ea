/** Questions about sidecars, for one purpose: to view, to move or to delete. */
import { isPublisherError } from '../../base/errors.ts'
import { type Folder, fitsFullName, type PhotoName, type SidecarForm } from '../../ports/photo.ts'
import type { PhotoEntry, PhotoStore, SidecarReading } from '../../ports/storage.ts'
import { type Ownership, type OwnershipQuestions, ownershipOf } from '../sidecar/ownership.ts'
import type { RecentOwners } from './recent-owners.ts'

/** Sources of the answers, for one purpose. */
export interface Inquiry {
  store: Pick<PhotoStore, 'readSidecar' | 'stat'>
  /** True when names that differ only in case are the same file. */
  foldsCase: boolean
  /** True when names that differ only in case may be the same file, depending on the disk. */
  mayFoldCase: boolean
  isAlone(folder: Folder, name: PhotoName): boolean
  /** Returns the digest of a photo's bytes, or `null` if it is not available. */
  sha256Of(folder: Folder, entry: PhotoEntry): Promise<string | null>
  /** Memory of sidecars that name their photo. */
  owners: Pick<RecentOwners, 'note'>
  /** True when a file that the storage persistently fails to return counts as unreadable. False: the read throws. */
  insists: boolean
}

/** Reads the photo's sidecar of this form. Also returns `null` if the photo's full name is too long for a sidecar. */
export async function readForm(
  { store: { readSidecar }, insists }: Inquiry,
  folder: Folder,
  name: PhotoName,
  form: SidecarForm,
): Promise<SidecarReading> {
  if (form === 'full' && !fitsFullName(name)) return null
  const reading = readSidecar(folder, name, form)
  return insists ? reading.catch((error) => unlessTemporary(error, 'unreadable')) : reading
}

/** Decides which photo owns the sidecar of the photo's stem. */
export async function ownershipIn(
  inquiry: Inquiry,
  folder: Folder,
  name: PhotoName,
  reading: Exclude<SidecarReading, null>,
): Promise<Ownership> {
  const questions = questionsAbout(inquiry, folder, name)
  const found = ownershipOf(reading, name, questions)
  if (!inquiry.insists) return found
  return found.catch((error) => ownershipOf(unlessTemporary(error, 'unreadable'), name, questions))
}

function questionsAbout(inquiry: Inquiry, folder: Folder, name: PhotoName): OwnershipQuestions {
  const { foldsCase, mayFoldCase } = inquiry
  const stat = (photo: PhotoName) => inquiry.store.stat(folder, photo)
  return {
    foldsCase,
    async exists(other) {
      if (inquiry.isAlone(folder, name)) return false
      const entry = await stat(other)
      const maySame = mayFoldCase && other.toLowerCase() === name.toLowerCase()
      // On disk the content hash identifies the file itself.
      return entry !== null && !(maySame && (await stat(name))?.contentHash === entry.contentHash)
    },
    async sha256() {
      const entry = await stat(name)
      return entry && inquiry.sha256Of(folder, entry)
    },
  }
}

/** Rethrows a temporary error, because a retry may succeed. Otherwise returns `value` in place of the file. */
export function unlessTemporary<T>(error: unknown, value: T): T {
  const isTemporary =
    isPublisherError(error) && (error.isOutage || error.retryAfterMs !== undefined || error.code === 'busy')
  if (isTemporary) throw error
  return value
}
