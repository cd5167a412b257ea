/** Limits of captions and alt texts that cutting alone does not meet. */

/** Upper bound on mentions in a caption ("Content Publishing"). */
export const maxMentions = 20

const mention = /(?<![\p{L}\p{N}_.@])@[\w.]{1,30}/gu

/** Counts the accounts that a caption mentions. */
export function countMentions(caption: string): number {
  return [...caption.matchAll(mention)].length
}

/** Upper bound on an alt text in UTF-16 units. */
const maxAltText = 1000

/** Cuts an alt text to the limit, between words if a word ends near the limit. */
export function fittedAltText(altText: string | null): string | null {
  const text = altText?.trim() ?? ''
  if (text === '') return null
  if (text.length <= maxAltText) return text
  const cut = text.slice(0, maxAltText - 1)
  const space = cut.lastIndexOf(' ')
  const end = space >= maxAltText * 0.9 ? space : cut.length
  return `${withoutHalfCharacter(cut.slice(0, end))}…`
}

/** Removes a high surrogate at the end, whose other half was cut off. */
function withoutHalfCharacter(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1)
}
