/** What a person writes about a photo without publishing it: its captions and its text for those who do not see it. */
import { isPublisherError } from '../base/errors.ts'
import type { PhotoName } from '../ports/photo.ts'
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
  /** Blank: none any more. `undefined`: as it was. */
  altText: string | undefined
}

export interface EditTools {
  store: PhotoStore
  now: () => number
}

/** Somebody may write at the same moment; each time their words are read first. */
const maxTries = 3

/**
 * Keeps a person's words in the sidecar of a photo of the root, and gives the sidecar as it is then. Nothing is written where it says the
 * same already. Throws `photo_not_found` rather than leaving a sidecar beside no photo, `sidecar_changed` where others never stop
 * writing, `sidecar_unreadable` where the sidecar is too large or would be, and what the store throws.
 */
export async function editCaptions(
  { store, now }: EditTools,
  name: PhotoName,
  { altText, ...captions }: EditedCaptions,
): Promise<SidecarDocument> {
  for (let tries = 1; ; tries++) {
    if (!(await store.stat('root', name))) throw photoNotFound()
    const sidecar = await store.readSidecar('root', name)
    if (sidecar === 'unreadable') throw sidecarUnreadable()
    const before = sidecar?.text ?? ''
    const captioned = withSubmittedCaptions(parseSidecar(before), captions, new Date(now()))
    const edited = altText === undefined ? captioned : withEditedAltText(captioned, altText)
    if (formatSidecar(edited) === before) return edited
    const document = withOwner(edited, name)
    try {
      await store.writeSidecar('root', name, formatSidecar(document), sidecar?.revision ?? null)
      return document
    } catch (error) {
      if (tries === maxTries || !isPublisherError(error, 'sidecar_changed')) throw error
    }
  }
}
