/** Fits a caption to the rules of a platform. */
import type { CaptionRules } from '../../ports/publisher.ts'
import { fits } from './counting.ts'
import { cutToLength } from './cut.ts'
import { hashtagsOf, keepHashtags } from './hashtags.ts'
import { plainText } from './plain.ts'

/**
 * Returns the caption as the platform accepts it. May be empty. Fitting a fitted caption again changes nothing.
 *
 * The steps, in order:
 * 1. Remove control characters. Line breaks stay unless the rules are `plain`.
 * 2. Reduce punctuation if the rules are `plain`.
 * 3. Remove hashtags beyond the limit.
 * 4. Cut text that is too long at a word, with the ellipsis inside the limit.
 * 5. Add the hashtags of `hashtagString`, while number and length allow. Skip words without `#` and hashtags that the text
 *    already has.
 */
export function fitCaption(text: string, rules: CaptionRules, hashtagString = ''): string {
  const tagged = keepHashtags(cleaned(text, rules), rules.maxHashtags)
  return withHashtags(cutToLength(tagged, rules), rules, hashtagsOf(cleaned(hashtagString, rules)))
}

/** Returns the text in the characters that the rules allow, of any length. */
export function cleaned(text: string, { plain }: CaptionRules): string {
  return plain ? plainText(withoutControls(text)) : withoutControls(text).trim()
}

function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\t\v\f]/g, ' ')
    .replace(/(?!\n)\p{Cc}/gu, '')
}

/** Adds the hashtags that the text lacks, while number and length allow. */
export function withHashtags(text: string, rules: CaptionRules, wanted: readonly string[]): string {
  const present = hashtagsOf(text)
  const seen = new Set(present.map(lowerCased))
  let room = rules.maxHashtags - present.length
  let result = text
  let separator = rules.plain ? ' ' : '\n\n'
  for (const hashtag of wanted) {
    const longer = result === '' ? hashtag : `${result}${separator}${hashtag}`
    if (room <= 0 || seen.has(lowerCased(hashtag)) || !fits(longer, rules)) continue
    seen.add(lowerCased(hashtag))
    room -= 1
    result = longer
    separator = ' '
  }
  return result
}

/**
 * Returns the hashtag in lower case. Two hashtags that platforms treat as equal become the same. Normalizes the result once more,
 * because a capital with an accent may become one letter in lower case, as J with a caron does.
 */
export function lowerCased(hashtag: string): string {
  return hashtag.normalize('NFC').toLowerCase().normalize('NFC')
}
