/** Cuts text to a length: between words if possible, and never inside a character as a reader sees it (a grapheme). */
import { withoutEnd } from '../../base/text-edges.ts'
import type { CaptionRules } from '../../ports/publisher.ts'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const words = new Intl.Segmenter(undefined, { granularity: 'word' })

/**
 * Characters of scripts without spaces, and emoji. Beside them a word boundary (UAX #29) is a place to cut; other text needs
 * white space.
 */
const unspaced =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{Extended_Pictographic}\p{RI}]/u

/** White space, with the punctuation before it that an ellipsis replaces. */
const gap = /[.,;:…]*\s/y

/** White space and joiners, which have no meaning at the end. */
const invisible = /[\s\u200c\u200d]/u

/** Characters that look odd before an ellipsis. */
const dangling = /[\s.,;:…#&(@/\-–—\u200c\u200d]/u

/** Returns the length of the text in the unit of the rules. */
export function lengthOf(text: string, unit: CaptionRules['unit']): number {
  if (unit === 'utf16') return text.length
  let count = 0
  for (const _ of graphemes.segment(text)) count += 1
  return count
}

/** Returns the text if it fits, otherwise its beginning plus an ellipsis, both within `maxLength`. */
export function cutToLength(text: string, { maxLength, unit, plain }: CaptionRules): string {
  if (text.length <= maxLength || lengthOf(text, unit) <= maxLength) return text
  const ellipsis = plain ? '...' : '…'
  if (maxLength <= ellipsis.length) {
    return withoutEnd(text.slice(0, longestEnd(text, maxLength, unit)), invisible)
  }
  const end = longestEnd(text, maxLength - ellipsis.length, unit)
  const kept = withoutEnd(text.slice(0, wordEnd(text, end)), invisible)
  return (withoutEnd(kept, dangling) || kept) + ellipsis
}

/** Returns the index of the last grapheme end within the length. */
function longestEnd(text: string, maxLength: number, unit: CaptionRules['unit']): number {
  let length = 0
  let end = 0
  for (const { segment } of graphemes.segment(text)) {
    length += unit === 'utf16' ? segment.length : 1
    if (length > maxLength) break
    end += segment.length
  }
  return end
}

/** Returns the last place to cut between two words at or before `end`, or `end` itself if all text before it is one word. */
function wordEnd(text: string, end: number): number {
  const characters = graphemes.segment(text)
  let found = 0
  let before = ''
  for (const { segment, index } of words.segment(text)) {
    if (index > end) break
    gap.lastIndex = index
    const mayCut = gap.test(text) || /\s$/.test(before) || unspaced.test(before) || unspaced.test(segment)
    if (index > 0 && mayCut && characters.containing(index)?.index === index) found = index
    before = segment
  }
  return found || end
}
