/** The texts of a photo: those of its own sidecar, and what the photographer wrote where the sidecar says nothing. */
import type { PhotographerMetadata } from '../../base/metadata/photographer.ts'
import {
  type CaptionSource,
  captionOf,
  captionSourceOf,
  hasEditedAltText,
  type SidecarDocument,
  savedCaptionFor,
  textOf,
} from '../sidecar.ts'

type Texts = Pick<PhotographerMetadata, 'title' | 'description' | 'altText'>

/** A photo's own sidecar and the photographer's words. `null`: there are none. */
export interface PhotoTexts {
  document: SidecarDocument | null
  words: Texts | null
}

/** Returns the photographer's caption: the description, otherwise the title. */
export function photographersCaption(words: Texts | null): string | null {
  return words && (words.description ?? words.title)
}

/** Returns the caption shown with the photo: of the sidecar, even if a person emptied it, otherwise the photographer's. */
export function captionIn({ document, words }: PhotoTexts): string | null {
  return (document && captionOf(document)) ?? photographersCaption(words)
}

/** Returns the origin of {@link captionIn}. */
export function captionSourceIn({ document, words }: PhotoTexts): CaptionSource | null {
  const isSaved = document !== null && captionOf(document) !== null
  if (!isSaved && photographersCaption(words) !== null) return 'photographer'
  return document && captionSourceOf(document)
}

/** Returns the caption that a channel gets unless a person types another; empty without any. */
export function captionInFor(
  { document, words }: PhotoTexts,
  channel: { name: string; platform: string },
): string {
  const isSaved = document !== null && captionOf(document) !== null
  return (isSaved ? savedCaptionFor(document, channel) : photographersCaption(words)) ?? ''
}

/** Returns the alt text: as a person edited it in the page, otherwise the photographer's, otherwise the AI's. */
export function altTextIn({ document, words }: PhotoTexts): string | null {
  const saved = document && textOf(document, 'alt_text')
  const isEdited = document !== null && hasEditedAltText(document)
  return isEdited ? saved : (words?.altText ?? saved)
}
