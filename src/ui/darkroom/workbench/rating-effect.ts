/** Effect of a photo's rating on a channel. */
import type { Rating } from '../../../contract/rating.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import type { PlatformRules } from '../admin-api.ts'

type Effect = NonNullable<PlatformRules['ratings']>[Rating]

/** Returns the effect; empty if the rating has none, or is unknown. */
export function effectOf({ ratings }: PlatformRules, { rating }: Photo): Effect {
  return (rating && ratings?.[rating]) || {}
}
