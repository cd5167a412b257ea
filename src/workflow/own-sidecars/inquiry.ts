/** Questions about sidecars, asked of the storage for one purpose: to look, to move or to delete. */
import { isPublisherError } from '../../base/errors.ts'
import { type Folder, fitsFullName, type PhotoName, type SidecarForm } from '../../ports/photo.ts'
import type { PhotoEntry, PhotoStore, SidecarReading } from '../../ports/storage.ts'
import { type Ownership, type OwnershipQuestions, ownershipOf } from '../sidecar/ownership.ts'
import type { RecentOwners } from './recent-owners.ts'

/** Sources that tell ownership, for one purpose. */
export interface Inquiry {
  store: Pick<PhotoStore, 'readSidecar' | 'stat'>
  /** Upper and lower case name the same file. */
  foldsCase: boolean
  /** They may do so: it depends on the disk. */
  mayFoldCase: boolean
  isAlone(folder: Folder, name: PhotoName): boolean
  /** The digest of a photo's bytes, `null` where it is not to be had. */
  sha256Of(folder: Folder, entry: PhotoEntry): Promise<string | null>
  /** Learns of sidecars that name their photo. */
  owners: RecentOwners
  /** A file that the storage never gives counts as unreadable. */
  insists: boolean
}

/** Reads the photo's sidecar of this form; `null` also where the photo's full name is too long for one. */
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

/** Tells whose the sidecar of the photo's stem is. */
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
      // On disk the hash names the file itself.
      return entry !== null && !(maySame && (await stat(name))?.contentHash === entry.contentHash)
    },
    async sha256() {
      const entry = await stat(name)
      return entry && inquiry.sha256Of(folder, entry)
    },
  }
}

/** Gives the value that stands for a file which the storage does not give. Throws an error that a repetition may cure. */
export function unlessTemporary<T>(error: unknown, value: T): T {
  const isTemporary =
    isPublisherError(error) && (error.isOutage || error.retryAfterMs !== undefined || error.code === 'busy')
  if (isTemporary) throw error
  return value
}
