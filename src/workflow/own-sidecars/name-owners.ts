/** Writes the owner into sidecars before a move makes photos share a stem. */
import { type Folder, type PhotoName, siblingNames } from '../../ports/photo.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { formatSidecar, parseSidecar, withOwner } from '../sidecar.ts'
import { type Found, findSidecar } from './find.ts'
import { type Inquiry, unlessTemporary } from './inquiry.ts'

/** A photo and its sidecar that move from one folder to another. */
export interface Departure {
  name: PhotoName
  from: Folder
  to: Folder
  found: Found
}

/**
 * Writes the owner into each sidecar that names no photo, if this move makes photos of different names share a stem. `inquiry`
 * must not trust a listing.
 */
export async function nameOwners(
  store: Pick<PhotoStore, 'writeSidecar'>,
  inquiry: Inquiry,
  { name, from, to, found }: Departure,
): Promise<void> {
  const { form, reading, isNamed } = found
  const mayChangeHands = form === 'stem' && !isNamed && reading !== null && reading !== 'unreadable'
  if (from === to || (form !== 'full' && !mayChangeHands)) return
  const { all } = siblingNames(name, inquiry.foldsCase)
  const entries = await Promise.all(all.map((other) => inquiry.store.stat(to, other)))
  const siblings = all.filter((_, index) => entries[index])
  if (siblings.length === 0) return
  if (form === 'stem') return nameOwner(store, from, name, found)
  for (const sibling of siblings) await nameOwner(store, to, sibling, await findSidecar(inquiry, to, sibling))
}

async function nameOwner(
  store: Pick<PhotoStore, 'writeSidecar'>,
  folder: Folder,
  name: PhotoName,
  { form, reading, isNamed }: Found,
): Promise<void> {
  if (form !== 'stem' || isNamed || reading === null || reading === 'unreadable') return
  const named = formatSidecar(withOwner(parseSidecar(reading.text), name))
  const writing = store.writeSidecar(folder, name, named, reading.revision)
  await writing.catch((error) => unlessTemporary(error, undefined))
}
