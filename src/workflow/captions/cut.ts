/** Cuts text to a length: between words if possible, and never inside a character as a reader sees it (a grapheme). */
import { withoutEnd } from '../../base/text-edges.ts'
import type { CaptionRules } from '../../ports/publisher.ts'
import { bytesOf, fits, type Limits, piecesOf } from './counting.ts'
import { addressesIn } from './entities.ts'

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

/** A word longer than this, in UTF-16 units, may be cut if a cut before the word wastes more than a tenth of the limit. */
const longWord = 12
const leastShare = 0.9

/** Beginning of a word that is useless in part. */
const indivisible = /^\s*(?:https?:\/\/|www\.|[#＃@])/i

/** Returns the text if it fits, otherwise its beginning plus an ellipsis, both within the limits. */
export function cutToLength(text: string, rules: CaptionRules): string {
  if (fits(text, rules)) return text
  const ellipsis = rules.plain ? '...' : '…'
  const { maxLength, maxBytes = Number.POSITIVE_INFINITY } = rules
  if (maxLength <= ellipsis.length || maxBytes <= bytesOf(ellipsis)) {
    return withoutEnd(text.slice(0, longestEnd(text, rules).index), invisible)
  }
  // The cut may turn a word into a web address, which counts as longer.
  for (let spare = 0; spare < maxLength; spare += rules.urlLength ?? maxLength) {
    const cut = cutWithin(text, { ...rules, maxLength: maxLength - spare }, ellipsis)
    if (fits(cut, rules)) return cut
  }
  return ellipsis
}

function cutWithin(text: string, rules: CaptionRules, ellipsis: string): string {
  const kept = keptPart(text, rules, ellipsis)
  if (endOfLastAddress(kept) === null) return (withoutEnd(kept, dangling) || kept) + ellipsis
  // An ellipsis right after an address would become a part of the address.
  const spaced = ` ${ellipsis}`
  const shorter = keptPart(text, rules, spaced)
  const end = endOfLastAddress(shorter)
  if (end !== null) return shorter.slice(0, end) + spaced
  return (withoutEnd(shorter, dangling) || shorter) + ellipsis
}

/** Returns the beginning of the text that leaves room for the end. */
function keptPart(text: string, rules: CaptionRules, end: string): string {
  const longest = longestEnd(text, {
    ...rules,
    maxLength: rules.maxLength - end.length,
    ...(rules.maxBytes !== undefined && { maxBytes: rules.maxBytes - bytesOf(end) }),
  })
  return withoutEnd(text.slice(0, wordEnd(text, longest, rules)), invisible)
}

/** Returns the end of a web address at the end of the text, after which only punctuation follows, or `null`. */
function endOfLastAddress(text: string): number | null {
  const end = addressesIn(text).at(-1)?.end
  return end !== undefined && withoutEnd(text.slice(end), dangling) === '' ? end : null
}

interface End {
  index: number
  length: number
  bytes: number
}

/** Returns the last end of a piece within the limits. */
function longestEnd(text: string, { maxLength, maxBytes = Number.POSITIVE_INFINITY, ...rules }: Limits): End {
  let end: End = { index: 0, length: 0, bytes: 0 }
  for (const piece of piecesOf(text, rules)) {
    const length = end.length + piece.length
    const bytes = end.bytes + piece.bytes
    if (length > maxLength || bytes > maxBytes) break
    end = { index: piece.end, length, bytes }
  }
  return end
}

/**
 * Returns the last place to cut between two words at or before `end`. Returns `end` itself if all text before it is a single word. Also
 * returns `end` if a cut before the last word wastes too much.
 */
function wordEnd(text: string, { index: end, ...longest }: End, rules: Limits): number {
  const found = lastGap(text, end)
  if (found === 0) return end
  if (end - found <= longWord || indivisible.test(text.slice(found, end))) return found
  const kept = longestEnd(text.slice(0, found), {
    ...rules,
    maxLength: longest.length,
    maxBytes: longest.bytes,
  })
  const share = Math.max(
    kept.length / rules.maxLength,
    kept.bytes / (rules.maxBytes ?? Number.POSITIVE_INFINITY),
  )
  return share < leastShare ? end : found
}

/** Returns the last place between two words at or before `end`, or 0 if all text before it is a single word. */
function lastGap(text: string, end: number): number {
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
  return found
}
