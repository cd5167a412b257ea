/** Reduces text to one line, with only punctuation that survives mail software. */

const replacements: readonly [pattern: RegExp, replacement: string][] = [
  // Figure, en and em dash, horizontal bar, minus.
  [/[\u2012-\u2015\u2212]/g, ' - '],
  [/[\u2010\u2011]/g, '-'],
  [/[\u2018-\u201b\u2032\u2039\u203a]/g, "'"],
  [/[\u201c-\u201f\u2033\u00ab\u00bb]/g, '"'],
  [/\u2026/g, '...'],
  // A zero-width space marks a possible break, so it becomes a space. The characters below have neither width nor a gap.
  [/\u200b/g, ' '],
  [/[\u00ad\u061c\u180e\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g, ''],
]

/** Scripts that never need a joiner between two letters. */
const selfStanding = String.raw`\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}`
const joinedLetter = String.raw`[[\p{L}\p{M}]--[${selfStanding}]]`
/** The letter or emoji before a joiner. Its accents follow it, and belong to no script. */
const joinedAfter = String.raw`(?<=[[\p{L}--[${selfStanding}]]\p{Extended_Pictographic}\p{Emoji_Modifier}]\p{M}*.)`
const joinedBefore = String.raw`(?=[${joinedLetter}\p{Extended_Pictographic}])`
/** Joiners to remove. Emoji sequences and words of Persian and Indian scripts need theirs. */
const strayJoiner = new RegExp(`[\\u200c\\u200d](?!${joinedAfter}${joinedBefore})`, 'gv')

/**
 * Returns plain text: dashes become ` - `, quotation marks straight, and ellipses three dots. Each run of white space becomes one
 * space. Zero-width characters are removed, except joiners inside a word or an emoji.
 */
export function plainText(text: string): string {
  const reduced = replacements.reduce(
    (result, [pattern, replacement]) => result.replace(pattern, replacement),
    text,
  )
  return reduced.replace(strayJoiner, '').replace(/\s+/g, ' ').trim()
}
