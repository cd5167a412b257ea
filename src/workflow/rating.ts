/** Rating of a photo: a person's choice in the sidecar, otherwise the tenant's default. */
import { defaultRating, type Rating, ratings } from '../contract/rating.ts'
import { type SidecarDocument, textOf } from './sidecar.ts'

/** Returns the rating in the sidecar, or `fallback` if the sidecar has none. */
export function ratingOf(document: SidecarDocument, fallback: Rating = defaultRating): Rating {
  const written = textOf(document, 'rating')?.trim().toLowerCase()
  return ratings.find((rating) => rating === written) ?? fallback
}
