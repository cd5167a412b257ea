/** Ratings of photos. Each platform maps a rating to its own field. */

/** Ratings, from a photo that needs no warning to a sexual act. */
export const ratings = ['general', 'suggestive', 'nudity', 'explicit'] as const
export type Rating = (typeof ratings)[number]

/** Rating of a photo that neither a person nor the AI has rated, unless `content.default_rating` says otherwise. Safe for this audience. */
export const defaultRating: Rating = 'nudity'

/** Checks if `rating` is `limit` or stronger. */
export function isAtLeast(rating: Rating, limit: Rating): boolean {
  return ratings.indexOf(rating) >= ratings.indexOf(limit)
}
