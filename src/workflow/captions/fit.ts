/** Fits a caption to what a platform takes. */
import type { CaptionRules } from '../../ports/publisher.ts'
import { cutToLength, lengthOf } from './cut.ts'
import { hashtagsOf, keepHashtags } from './hashtags.ts'
import { plainText } from './plain.ts'

/**
 * The caption as the platform takes it. Order: control characters go (line breaks stay unless the rules are plain),
 * punctuation is reduced where they are plain, hashtags beyond the limit go, what is too long is cut at a word with the
 * ellipsis inside the limit, and the hashtags in `hashtagString` (words without `#` do not count) are added one by one as
 * far as number and length allow and the text does not hold them yet.
 *
 * Fitting a fitted caption changes nothing. May be empty.
 */
export function fitCaption(text: string, rules: CaptionRules, hashtagString = ''): string {
  const tagged = keepHashtags(cleaned(text, rules), rules.maxHashtags)
  return withHashtags(cutToLength(tagged, rules), rules, hashtagsOf(cleaned(hashtagString, rules)))
}

function cleaned(text: string, { plain }: CaptionRules): string {
  return plain ? plainText(withoutControls(text)) : withoutControls(text).trim()
}

function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\t\v\f]/g, ' ')
    .replace(/(?!\n)\p{Cc}/gu, '')
}

function withHashtags(text: string, rules: CaptionRules, wanted: readonly string[]): string {
  const present = hashtagsOf(text)
  const seen = new Set(present.map(folded))
  let room = rules.maxHashtags - present.length
  let result = text
  let separator = rules.plain ? ' ' : '\n\n'
  for (const hashtag of wanted) {
    const longer = result === '' ? hashtag : `${result}${separator}${hashtag}`
    if (room <= 0 || seen.has(folded(hashtag)) || lengthOf(longer, rules.unit) > rules.maxLength) continue
    seen.add(folded(hashtag))
    room -= 1
    result = longer
    separator = ' '
  }
  return result
}

/** Platforms take hashtags that differ in case only for the same. */
function folded(hashtag: string): string {
  return hashtag.normalize('NFC').toLowerCase()
}
