/** Limits of captions and alt texts that cutting alone does not meet. */
import { fitText } from '../../../base/fit-text.ts'

/** Upper bound on mentions in a caption ("Content Publishing"). */
export const maxMentions = 20

const mention = /(?<![\p{L}\p{N}_.@])@[\w.]{1,30}/gu

/** Counts the accounts that a caption mentions. */
export function countMentions(caption: string): number {
  return [...caption.matchAll(mention)].length
}

/** Upper bound on an alt text in UTF-16 units. */
const maxAltText = 1000

/** Returns the alt text within the limit, or `null` if there is none. */
export function fittedAltText(altText: string | null): string | null {
  return fitText(altText ?? '', maxAltText, 'utf16') || null
}
