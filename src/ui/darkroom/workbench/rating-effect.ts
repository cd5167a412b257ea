/** Effect of a photo's rating on a channel. */
import type { Photo } from '../../gallery/gallery-api.ts'
import type { PlatformRules } from '../admin-api.ts'

/** Returns the effect; empty if the rating has none, or is unknown. */
export function effectOf(
  { ratings }: PlatformRules,
  { rating }: Photo,
): { refusal?: string; label?: string } {
  return (rating && ratings?.[rating]) || {}
}
