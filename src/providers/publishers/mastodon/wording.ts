/** Describes for people what would be sent. */
import { refusedBySettings } from '../../../contract/rating-map.ts'
import type { Post } from '../../../ports/publisher.ts'
import { flagsOf, type MastodonRatings, type MastodonSettings } from './settings.ts'

const audiences = {
  public: 'for all viewers',
  unlisted: 'for all viewers, but unlisted',
  private: 'for followers only',
} as const

/** Describes a post in one sentence. */
export function describe(
  settings: MastodonSettings,
  ratings: MastodonRatings,
  { caption, rating }: Pick<Post, 'caption' | 'rating'>,
): string {
  if (ratings[rating] === 'refuse') return refusedBySettings('Mastodon', rating)
  const { sensitive, spoiler_text } = flagsOf(settings, ratings, rating)
  const warning = spoiler_text === '' ? '' : `, behind the content warning “${spoiler_text}”`
  const marked = sensitive ? `, marked as sensitive${warning}` : ''
  const words = caption === '' ? 'without a caption' : `with the caption “${caption}”`
  return `Mastodon would post the photo ${audiences[settings.visibility]}${marked}, ${words}.`
}
