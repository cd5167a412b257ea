/** Rating of a photo: a person's choice, otherwise the analysis's, otherwise the tenant's default. */
import { defaultRating, isAtLeast, type Rating, ratings } from '../contract/rating.ts'
import { type SidecarDocument, textOf, withValues } from './sidecar.ts'

/** Origins of a rating. */
export const ratingSources = ['person', 'ai', 'default'] as const

export interface PhotoRating {
  rating: Rating
  source: (typeof ratingSources)[number]
}

/** A rating that a person lowered. */
export interface LoweredRating {
  name: string
  from: PhotoRating
  to: Rating
}

/** Returns the rating of a photo with this sidecar, and its origin. `fallback` is the tenant's default. */
export function photoRating(document: SidecarDocument | null, fallback: Rating = defaultRating): PhotoRating {
  const chosen = document && ratingAt(document, 'rating')
  if (chosen) return { rating: chosen, source: 'person' }
  const generated = document && ratingAt(document, 'rating_generated')
  return generated ? { rating: generated, source: 'ai' } : { rating: fallback, source: 'default' }
}

/** Returns the rating of {@link photoRating} without its origin. */
export function ratingOf(document: SidecarDocument, fallback?: Rating): Rating {
  return photoRating(document, fallback).rating
}

/** Reads a rating regardless of case and blanks. Words of other programs, such as a number of stars, count as absent. */
function ratingAt(document: SidecarDocument, key: 'rating' | 'rating_generated'): Rating | undefined {
  const written = textOf(document, key)?.trim().toLowerCase()
  return ratings.find((rating) => rating === written)
}

/** Returns the sidecar with a person's rating. `null` removes the person's rating. */
export function withRating(document: SidecarDocument, rating: Rating | null): SidecarDocument {
  return withValues(document, { rating })
}

/** Checks if a person's rating is weaker than the photo's rating before. */
export function isLowered(from: PhotoRating, to: Rating): boolean {
  return !isAtLeast(to, from.rating)
}
