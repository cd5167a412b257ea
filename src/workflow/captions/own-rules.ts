/** Caption rules of the account's own server, where it has its own. */
import type { Rating } from '../../contract/rating.ts'
import type { CaptionRules, Publisher } from '../../ports/publisher.ts'

/** Returns the publisher's rules for a photo of this rating, those of its own server if there are any. Never rejects. */
export async function captionRulesOf(
  { captionRules, ownRules }: Pick<Publisher, 'captionRules' | 'ownRules'>,
  rating?: Rating,
): Promise<CaptionRules> {
  return (await ownRules?.(rating)) ?? captionRules
}
