/** The alt text in a sidecar: written by the AI, by a person, or by the photographer in another program. */
import { type SidecarDocument, textOf, withValues } from './document.ts'

/** Checks if a person wrote the alt text. */
export function hasEditedAltText(document: SidecarDocument): boolean {
  return textOf(document, 'alt_text_edited') !== null
}

/** Returns the alt text that the AI or a person wrote with this program, or `null`. */
export function altTextMadeHere(document: SidecarDocument): string | null {
  return textOf(document, 'alt_text_by') === null ? textOf(document, 'alt_text') : null
}

/** Checks if an analysis saved this alt text as the AI's. Then an XMP file may have it from this program. */
export function isAiAltText(document: SidecarDocument, altText: string): boolean {
  const isSaved = textOf(document, 'alt_text') === altText && !hasEditedAltText(document)
  return isSaved && textOf(document, 'alt_text_by') === null
}

/**
 * Returns the sidecar with a person's alt text, which later analyses keep. A blank text removes it, and the next analysis may
 * write another.
 */
export function withEditedAltText(document: SidecarDocument, text: string): SidecarDocument {
  const altText = text.replace(/\s+/g, ' ').trim()
  if (altText === (textOf(document, 'alt_text') ?? '')) return document
  return withValues(document, {
    alt_text: altText === '' ? null : altText,
    alt_text_edited: altText === '' ? null : 'True',
    alt_text_by: null,
  })
}
