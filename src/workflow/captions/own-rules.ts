/** Caption rules of the account's own server, where it has its own. */
import type { CaptionRules, Publisher } from '../../ports/publisher.ts'

/** Returns the publisher's rules, those of its own server if there are any. Never rejects. */
export async function captionRulesOf({
  captionRules,
  ownRules,
}: Pick<Publisher, 'captionRules' | 'ownRules'>): Promise<CaptionRules> {
  return (await ownRules?.()) ?? captionRules
}
