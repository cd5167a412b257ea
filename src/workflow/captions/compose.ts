/** Composes a caption of a text and hashtags. The hashtags follow the text. */
import type { CaptionRules } from '../../ports/publisher.ts'
import { bytesOf, fits, lengthOf } from './counting.ts'
import { cutToLength } from './cut.ts'
import { cleaned, lowerCased, withHashtags } from './fit.ts'
import { hashtagsOf, keepHashtags } from './hashtags.ts'

/** Hashtags for a caption, each with its `#`. */
export interface CaptionHashtags {
  /** Hashtags that stay while they fit. The text is cut for them. */
  firm: readonly string[]
  /** Hashtags that follow, in lower case, where the text leaves room. */
  spare: readonly string[]
}

/**
 * Returns the caption within all rules, with each of the given hashtags once behind the text. The text loses its
 * own hashtags. May be empty. Fitting the caption again changes nothing.
 */
export function composeCaption(text: string, rules: CaptionRules, { firm, spare }: CaptionHashtags): string {
  const firmTags = usable(firm, rules)
  const body = cutToLength(bodyOf(text, rules), roomBeside(firmTags, rules))
  // Cleaning may remove a joiner between a letter and its accent.
  const spareTags = hashtagsOf(cleaned(spare.join(' '), rules)).map(lowerCased)
  return withHashtags(body, rules, [...firmTags, ...spareTags])
}

/** Checks if composing would cut the text. */
export function wouldCut(text: string, rules: CaptionRules, firm: readonly string[]): boolean {
  return !fits(bodyOf(text, rules), roomBeside(usable(firm, rules), rules))
}

/** Returns the text as the platform accepts it, without its hashtags and of any length. */
export function bodyOf(text: string, rules: CaptionRules): string {
  return keepHashtags(cleaned(text, rules), 0)
}

/** Returns the hashtags that a caption has room for, in their order. */
function usable(hashtags: readonly string[], rules: CaptionRules): string[] {
  return hashtagsOf(withHashtags('', rules, hashtagsOf(cleaned(hashtags.join(' '), rules))))
}

/** Returns the rules of a text that leaves room for these hashtags. */
export function roomBeside(hashtags: readonly string[], rules: CaptionRules): CaptionRules {
  if (hashtags.length === 0) return rules
  const block = `${rules.plain ? ' ' : '\n\n'}${hashtags.join(' ')}`
  return {
    ...rules,
    maxLength: Math.max(0, rules.maxLength - lengthOf(block, rules)),
    ...(rules.maxBytes !== undefined && { maxBytes: Math.max(0, rules.maxBytes - bytesOf(block)) }),
  }
}

/** Upper bounds on words that are offered as hashtags. */
const maxItems = 50
const maxItemLength = 100

/**
 * Returns valid hashtags made of foreign words: in lower case, each once. Joins the words of a phrase. Drops an item that no platform would
 * read as a hashtag.
 */
export function hashtagsFrom(items: readonly string[]): string[] {
  const found = items
    .slice(0, maxItems)
    .flatMap((item) => item.slice(0, maxItemLength).split(/[#＃,;]/))
    .map((words) => lowerCased(`#${words.replace(/[^\p{L}\p{M}\p{N}_\u200c\u200d]/gu, '')}`))
    .filter((hashtag) => hashtagsOf(hashtag)[0] === hashtag)
  return [...new Set(found)]
}

/** Returns the hashtags of the tenant's configuration as a caption by the AI has them: in lower case. */
export function ownHashtags(hashtagString: string, rules: CaptionRules): string[] {
  return hashtagsOf(cleaned(hashtagString, rules)).map(lowerCased)
}
