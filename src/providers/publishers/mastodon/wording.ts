/** Sentences for people about what would be sent, and labels of ratings. */
import type { Rating } from '../../../contract/rating.ts'
import { refusedBySettings } from '../../../contract/rating-map.ts'
import type { Post, RatingEffect } from '../../../ports/publisher.ts'
import { flagsOf, type MastodonRatings, type MastodonSettings } from './settings.ts'

/** Returns the effect of a rating. */
export function effectOf(settings: MastodonSettings, ratings: MastodonRatings, rating: Rating): RatingEffect {
  if (ratings[rating] === 'refuse') return { refusal: refusedBySettings('Mastodon', rating) }
  const { sensitive, spoiler_text } = flagsOf(settings, ratings, rating)
  if (spoiler_text !== '') return { label: `content warning “${spoiler_text}”` }
  return sensitive ? { label: 'sensitive' } : {}
}

const audiences = {
  public: 'for everybody',
  unlisted: 'for everybody, but unlisted',
  private: 'for followers only',
} as const

/** Describes a post. */
export function describe(
  settings: MastodonSettings,
  ratings: MastodonRatings,
  { caption, rating }: Pick<Post, 'caption' | 'rating'>,
): string {
  const { refusal, label } = effectOf(settings, ratings, rating)
  if (refusal !== undefined) return refusal
  const marked = label === undefined ? '' : `, marked as ${label}`
  const words = caption === '' ? 'without a caption' : `with the caption “${caption}”`
  return `Mastodon would post the photo ${audiences[settings.visibility]}${marked}, ${words}.`
}
