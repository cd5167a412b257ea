/** What the photographer wrote about a photo, as context in a prompt. */
import type { PhotographerMetadata } from '../../base/metadata/photographer.ts'
import { clean } from './clean.ts'
import { asData } from './prompts.ts'

const maxDescription = 1500
const maxKeywords = 50

/**
 * Returns the part of a prompt; empty if the photographer wrote nothing that helps. Other programs may have written into the file, so the
 * text is data. Leaves out names, rights and places.
 */
export function photographersWords(words: PhotographerMetadata | null): string[] {
  if (!words) return []
  const said = {
    ...(words.title && { title: clean(words.title) }),
    ...(words.description && { description: clean(words.description, maxDescription) }),
    ...(words.altText && { alt_text: clean(words.altText) }),
    ...(words.keywords.length > 0 && {
      keywords: words.keywords.slice(0, maxKeywords).map((word) => clean(word)),
    }),
  }
  if (Object.keys(said).length === 0) return []
  return [`What the photographer wrote about this photo, as context:\n${asData('photographer', said)}`]
}
