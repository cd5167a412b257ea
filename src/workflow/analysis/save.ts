/** Saves an analysis in the photo's sidecar, and keeps the text that people and other programs wrote there. */
import { isPublisherError } from '../../base/errors.ts'
import type { Rating } from '../../contract/rating.ts'
import type { Publisher } from '../../ports/publisher.ts'
import { sidecarUnreadable } from '../../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoStore } from '../../ports/storage.ts'
import { photoNotFound } from '../../ports/storage-errors.ts'
import { ratingOf } from '../rating.ts'
import {
  captionOf,
  formatSidecar,
  hasEditedAltText,
  parseSidecar,
  type SidecarDetails,
  textOf,
  withAnalysis,
} from '../sidecar.ts'
import type { GeneratedCaptions } from './captions.ts'
import { ratingFromAnalysis } from './rating.ts'
import type { Seen } from './vision.ts'

export interface SaveSettings {
  extended_metadata_enabled: boolean
  artist_alias?: string | undefined
}

interface SaveTools {
  store: PhotoStore
  settings: { captionfile: SaveSettings }
  platforms: readonly Pick<Publisher, 'usesTags'>[]
  /** Writes alt texts into XMP files. The sidecar then tells which texts are the AI's. Default: no such files. */
  saveAltText?: unknown
  now: () => number
}

interface Found {
  seen: Seen
  generated: GeneratedCaptions
  sha256: string
  /** True when the alt text is the photographer's. */
  hasOwnAltText: boolean
  /** True when a person asked for new captions; an empty caption is then replaced. */
  replaceEmpty: boolean
}

/** Attempts before giving up on concurrent writers. Each attempt reads the sidecar again. */
const maxTries = 3

/**
 * Saves the analysis and returns the caption, alt text and rating that are now valid: a person's text and rating win.
 *
 * Throws `photo_not_found` instead of writing a sidecar without a photo, and `sidecar_changed` if other writers keep changing the
 * sidecar. Throws `sidecar_unreadable` if the sidecar is or would become too large.
 */
export async function saveAnalysis(
  { store, settings: { captionfile }, platforms, saveAltText, now }: SaveTools,
  entry: PhotoEntry,
  { seen, generated, sha256, hasOwnAltText, replaceEmpty }: Found,
): Promise<{ caption: string; altText: string | null; rating: Rating }> {
  const isExtended = captionfile.extended_metadata_enabled
  const needsTags = platforms.some(({ usesTags }) => usesTags === true)
  for (let tries = 1; ; tries++) {
    if (!(await store.stat('root', entry.name))) throw photoNotFound()
    const sidecar = await store.readSidecar('root', entry.name)
    if (sidecar === 'unreadable') throw sidecarUnreadable()
    const found = {
      at: new Date(now()),
      imageFile: entry.name,
      ofDropbox: entry.ofDropbox,
      sha256,
      modelVersion: generated.model,
      ...(captionfile.artist_alias !== undefined && { artistAlias: captionfile.artist_alias }),
      sdCaption: generated.sdCaption,
      caption: generated.caption,
      platformCaptions: generated.captions,
      rating: ratingFromAnalysis(seen),
      hasOwnAltText,
      details: isExtended ? detailsOf(seen) : null,
      ...(saveAltText !== undefined && { altText: seen.alt_text }),
      confirmationTags: needsTags && !isExtended ? seen.tags : null,
    }
    const document = withAnalysis(parseSidecar(sidecar?.text ?? ''), found, { replaceEmpty })
    try {
      await store.writeSidecar('root', entry.name, formatSidecar(document), sidecar?.revision ?? null)
      return {
        caption: captionOf(document) ?? generated.caption,
        altText: hasEditedAltText(document) ? textOf(document, 'alt_text') : seen.alt_text,
        rating: ratingOf(document),
      }
    } catch (error) {
      if (tries === maxTries || !isPublisherError(error, 'sidecar_changed')) throw error
    }
  }
}

/** Maps the AI's field names to V2's. */
function detailsOf(seen: Seen): SidecarDetails {
  return {
    subject: seen.subject,
    lighting: seen.lighting,
    pose: seen.pose,
    camera: seen.camera,
    materials: seen.clothing_or_accessories,
    art_style: seen.style,
    composition: seen.composition,
    background: seen.background,
    color_palette: seen.color_palette,
    alt_text: seen.alt_text,
    tags: seen.tags,
    aesthetic_terms: seen.aesthetic_terms,
    moderation: seen.safety_labels,
  }
}
