/** Finds a photo's own sidecar: named after the stem, named after the full name, or absent. */
import { type Folder, type PhotoName, type SidecarForm, siblingNames } from '../../ports/photo.ts'
import type { SidecarReading } from '../../ports/storage.ts'
import { isOwnFullName } from '../sidecar/ownership.ts'
import { type Inquiry, ownershipIn, readForm } from './inquiry.ts'

/** The photo's sidecar and its content. `form` is `null` if the stem's sidecar belongs to another photo. */
export interface Found {
  form: SidecarForm | null
  reading: SidecarReading
  /** True when the sidecar names its photo. */
  isNamed: boolean
}

/** Reads the stem's sidecar and decides which photo owns it. Reads the full name's sidecar only if necessary. */
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
