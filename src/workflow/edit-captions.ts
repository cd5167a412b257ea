/** Edits a photo's captions, alt text and rating without publishing it. */
import { isPublisherError } from '../base/errors.ts'
import type { Rating } from '../contract/rating.ts'
import type { Folder, PhotoName } from '../ports/photo.ts'
import { sidecarUnreadable } from '../ports/sidecar-file.ts'
import type { PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import type { SaveAltText } from './alt-text-file.ts'
import { isLowered, type LoweredRating, photoRating, withRating } from './rating.ts'
import {
  altTextMadeHere,
  type CaptionTexts,
  formatSidecar,
  parseSidecar,
  type SidecarDocument,
  textOf,
  withEditedAltText,
  withOwner,
  withSubmittedCaptions,
} from './sidecar.ts'

export interface EditedCaptions extends CaptionTexts {
  /** Blank removes the alt text; `undefined` keeps it. */
  altText: string | undefined
  /** A person's rating. `null` removes it; `undefined` keeps it. */
  rating?: Rating | null | undefined
}

export interface EditTools {
  store: PhotoStore
  /** Folder of the photo. Default: the root. */
  folder?: Folder
  now: () => number
  /** The tenant's default rating. */
  defaultRating?: Rating
  /** Receives a rating that this edit lowered. Must not throw. */
  onRatingLowered?(lowered: LoweredRating): void
  /** Saves the edited alt text for other programs. Default: only the sidecar has the alt text. */
  saveAltText?: SaveAltText | undefined
}

/** Attempts before giving up on concurrent writers. Each attempt reads the sidecar again. */
const maxTries = 3

/**
 * Saves a person's captions, alt text and rating in the sidecar of a photo, and returns the resulting sidecar. Writes nothing if the
 * sidecar already says the same.
 *
 * Throws `photo_not_found` instead of writing a sidecar without a photo, and `sidecar_changed` if other writers keep changing the
 * sidecar. Throws `sidecar_unreadable` if the sidecar is or would become too large. Also throws the errors of the store.
 */
export async function editCaptions(
  tools: EditTools,
  name: PhotoName,
  { altText, rating, ...captions }: EditedCaptions,
): Promise<SidecarDocument> {
  const { store, folder = 'root', now } = tools
  for (let tries = 1; ; tries++) {
    if (!(await store.stat(folder, name))) throw photoNotFound()
    const sidecar = await store.readSidecar(folder, name)
    if (sidecar === 'unreadable') throw sidecarUnreadable()
    const before = sidecar?.text ?? ''
    const saved = parseSidecar(before)
    const captioned = withSubmittedCaptions(saved, captions, new Date(now()))
    const described = altText === undefined ? captioned : withEditedAltText(captioned, altText)
    const edited = rating === undefined ? described : withRating(described, rating)
    if (formatSidecar(edited) === before) return edited
    const document = withOwner(edited, name)
    try {
      await store.writeSidecar(folder, name, formatSidecar(document), sidecar?.revision ?? null)
      reportLowering(tools, name, saved, document)
      await saveForOthers(tools, name, saved, document)
      return document
    } catch (error) {
      if (tries === maxTries || !isPublisherError(error, 'sidecar_changed')) throw error
    }
  }
}

/** Saves a new alt text for other programs. An emptied alt text stays in their file. */
async function saveForOthers(
  { folder = 'root', saveAltText }: EditTools,
  name: PhotoName,
  before: SidecarDocument,
  after: SidecarDocument,
): Promise<void> {
  const altText = textOf(after, 'alt_text')
  if (altText === null || altText === textOf(before, 'alt_text')) return
  await saveAltText?.(folder, name, { altText, previous: altTextMadeHere(before) })
}

function reportLowering(
  { defaultRating, onRatingLowered }: EditTools,
  name: PhotoName,
  before: SidecarDocument,
  after: SidecarDocument,
): void {
  const from = photoRating(before, defaultRating)
  const to = photoRating(after, defaultRating).rating
  if (isLowered(from, to)) onRatingLowered?.({ name, from, to })
}
