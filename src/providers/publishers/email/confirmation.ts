/** Mail that tells a tenant's admins about a published photo and lists its tags, which they enter by hand. */
import type { MailMessage } from '../../../ports/mail.ts'
import type { Post } from '../../../ports/publisher.ts'

/** Fields of the tenant's `confirmation` block. */
export interface ConfirmationSettings {
  confirmation_to_sender: boolean
  confirmation_tags_count: number
}

/** Copies the published mail and adds the first tags below its text. The copy still has the recipients and identifier of `posted`. */
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
 * Normalises tags as V2 does: lower case, only letters and digits, single spaces between words, no duplicates. Keeps combining accents.
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
