/** Settings of a tenant's entry, and what a rating means for a post. */
import { z } from 'zod'
import { fitText } from '../../../base/fit-text.ts'
import type { Rating } from '../../../contract/rating.ts'
import { type RatingMap, ratingMaps } from '../../../contract/rating-map.ts'
import type { CaptionRules } from '../../../ports/publisher.ts'

export const settingsSchema = z.object({
  visibility: z.enum(['public', 'unlisted', 'private']).default('unlisted'),
  content_warning: z.string().trim().default(''),
  language: z.string().trim().optional(),
})

export type MastodonSettings = z.output<typeof settingsSchema>
export type MastodonRatings = RatingMap<'none' | 'sensitive' | 'warning'>

export const ratingsOf = ratingMaps.mastodon.of

const defaultWarning = 'NSFW'
/** Longest content warning that all servers accept (Pixelfed's `spoiler_text`). */
const maxWarning = 140

/** Returns the content warning; every post with a warning needs words. */
export function warningOf({ content_warning }: MastodonSettings): string {
  return fitText(content_warning || defaultWarning, maxWarning, 'codePoint')
}

export interface Flags {
  sensitive: boolean
  spoiler_text: string
}

/** Returns both flags, always explicitly: for absent flags a server takes the account's own defaults, and an edit takes "not sensitive". */
export function flagsOf(settings: MastodonSettings, ratings: MastodonRatings, rating: Rating): Flags {
  const value = ratings[rating]
  const spoiler_text = value === 'warning' ? warningOf(settings) : ''
  return { sensitive: value !== 'none', spoiler_text }
}

/** Returns an upper bound on the length that a server counts for a warning. An address counts `urlLength`. */
export function roomOf(warning: string, { urlLength = 0 }: Pick<CaptionRules, 'urlLength'>): number {
  const addresses = warning.match(/https?:\/\//gi)?.length ?? 0
  return warning.length + addresses * urlLength
}
