/** Cuts text to a length, between words where there are any and never inside what people see as one character. */
import { withoutEnd } from '../../base/text-edges.ts'
import type { CaptionRules } from '../../ports/publisher.ts'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const words = new Intl.Segmenter(undefined, { granularity: 'word' })

/** Beside one of these, the end of a word by UAX #29 is a place to cut; elsewhere it takes white space. */
const unspaced =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{Extended_Pictographic}\p{RI}]/u

/** White space, also behind punctuation that is not kept before an ellipsis. */
const gap = /[.,;:…]*\s/y

/** White space and joiners mean nothing at the end. */
const invisible = /[\s\u200c\u200d]/u

/** Looks odd before an ellipsis. */
const dangling = /[\s.,;:…#&(@/\-–—\u200c\u200d]/u

/** In the unit of the rules. */
export function lengthOf(text: string, unit: CaptionRules['unit']): number {
  if (unit === 'utf16') return text.length
  let count = 0
  for (const _ of graphemes.segment(text)) count += 1
  return count
}

/** The text itself where it fits, otherwise its beginning with an ellipsis, both within `maxLength`. */
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

/** The last end of a grapheme within the length. An index. */
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

/** The last place to cut between two words at or before `end`; `end` itself where all before it is one word. */
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
