/** Finds a photo's own sidecar: the one of its stem, the one of its full name, or none. */
import { type Folder, type PhotoName, type SidecarForm, siblingNames } from '../../ports/photo.ts'
import type { SidecarReading } from '../../ports/storage.ts'
import { isOwnFullName } from '../sidecar/ownership.ts'
import { type Inquiry, ownershipIn, readForm } from './inquiry.ts'

/** Which file is the photo's sidecar, and what is in it. `form` is `null` where the stem's is another photo's. */
export interface Found {
  form: SidecarForm | null
  reading: SidecarReading
  /** The sidecar itself says whose it is. */
  isNamed: boolean
}

/** Reads what decides whose the stem's sidecar is, and the one of the full name only where that is needed. */
export async function findSidecar(inquiry: Inquiry, folder: Folder, name: PhotoName): Promise<Found> {
  const { foldsCase } = inquiry
  const ofStem = await readForm(inquiry, folder, name, 'stem')
  const owner = ofStem && (await ownershipIn(inquiry, folder, name, ofStem))
  const stem: Found = { form: 'stem', reading: ofStem, isNamed: owner === 'own' }
  if (owner === 'own') {
    inquiry.owners.note(folder, name)
    return stem
  }
  const isFirst = owner === 'first' && siblingNames(name, foldsCase).before.length === 0
  if (isFirst || (owner !== 'other' && inquiry.isAlone(folder, name))) return stem
  const full = await readForm(inquiry, folder, name, 'full')
  if (isOwnFullName(full, name, foldsCase)) return { form: 'full', reading: full, isNamed: true }
  if (owner !== 'other') return stem
  return { form: null, reading: full && 'unreadable', isNamed: false }
}
