/** Edits a photo's captions and alt text without publishing it. */
import { isPublisherError } from '../base/errors.ts'
import type { Folder, PhotoName } from '../ports/photo.ts'
import { sidecarUnreadable } from '../ports/sidecar-file.ts'
import type { PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import {
  type CaptionTexts,
  formatSidecar,
  parseSidecar,
  type SidecarDocument,
  withEditedAltText,
  withOwner,
  withSubmittedCaptions,
} from './sidecar.ts'

export interface EditedCaptions extends CaptionTexts {
  /** Blank removes the alt text; `undefined` keeps it. */
  altText: string | undefined
}

export interface EditTools {
  store: PhotoStore
  /** Folder of the photo. Default: the root. */
  folder?: Folder
  now: () => number
}

/** Attempts before giving up on concurrent writers. Each attempt reads the sidecar again. */
const maxTries = 3

/**
 * Saves a person's captions and alt text in the sidecar of a photo, and returns the resulting sidecar. Writes nothing
 * if the sidecar already says the same.
 *
 * Throws `photo_not_found` instead of writing a sidecar without a photo, and `sidecar_changed` if other writers keep changing the
 * sidecar. Throws `sidecar_unreadable` if the sidecar is or would become too large. Also throws the errors of the store.
 */
export async function editCaptions(
  { store, folder = 'root', now }: EditTools,
  name: PhotoName,
  { altText, ...captions }: EditedCaptions,
): Promise<SidecarDocument> {
  for (let tries = 1; ; tries++) {
    if (!(await store.stat(folder, name))) throw photoNotFound()
    const sidecar = await store.readSidecar(folder, name)
    if (sidecar === 'unreadable') throw sidecarUnreadable()
    const before = sidecar?.text ?? ''
    const captioned = withSubmittedCaptions(parseSidecar(before), captions, new Date(now()))
    const edited = altText === undefined ? captioned : withEditedAltText(captioned, altText)
    if (formatSidecar(edited) === before) return edited
    const document = withOwner(edited, name)
    try {
      await store.writeSidecar(folder, name, formatSidecar(document), sidecar?.revision ?? null)
      return document
    } catch (error) {
      if (tries === maxTries || !isPublisherError(error, 'sidecar_changed')) throw error
    }
  }
}
