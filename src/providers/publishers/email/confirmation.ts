/** The mail that tells a tenant's admins what was published, with the photo's tags to be entered by hand. */
import type { MailMessage } from '../../../ports/mail.ts'
import type { Post } from '../../../ports/publisher.ts'

/** The fields of the tenant's `confirmation` block. */
export interface ConfirmationSettings {
  confirmation_to_sender: boolean
  confirmation_tags_count: number
}

/** The published mail again, with the first tags below its text. Its recipients and identifier are still those of `posted`. */
export function confirmationOf(
  posted: MailMessage,
  { tags }: Pick<Post, 'tags'>,
  { confirmation_tags_count }: ConfirmationSettings,
): MailMessage {
  const first = normalTags(tags).slice(0, confirmation_tags_count)
  if (first.length === 0) return posted
  return { ...posted, text: `${posted.text}\n\n---\nTags: ${first.join(', ')}` }
}

/**
 * Writes tags as V2 does: lower case, letters and digits with single blanks between the words, each tag once. Accents that are
 * characters of their own stay.
 */
export function normalTags(tags: readonly string[]): string[] {
  const normal = tags.map((tag) =>
    tag
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}]/gu, ' ')
      .split(' ')
      .filter(Boolean)
      .join(' '),
  )
  return [...new Set(normal)].filter(Boolean)
}
