/** The mail that tells a tenant's admins what was published, with the photo's tags to be entered by hand. */
import type { MailMessage } from '../../../workflow/ports/mail.ts'
import type { Post } from '../../../workflow/ports/publisher.ts'
import { oneLine } from './settings.ts'

/** The fields of the tenant's `confirmation` block. */
export interface ConfirmationSettings {
  confirmation_to_sender: boolean
  confirmation_tags_count: number
  confirmation_tags_nature?: string | undefined
}

/** The published mail again, with the first tags below its text. Its recipients and identifier are still those of `posted`. */
export function confirmationOf(
  posted: MailMessage,
  { tags }: Pick<Post, 'tags'>,
  { confirmation_tags_count, confirmation_tags_nature }: ConfirmationSettings,
): MailMessage {
  const first = tags.map(oneLine).filter(Boolean).slice(0, confirmation_tags_count)
  if (first.length === 0) return posted
  const nature = oneLine(confirmation_tags_nature ?? '') || 'FetLife context'
  return { ...posted, text: `${posted.text}\n\n---\nImage Tags (${nature}): ${first.join(', ')}` }
}
