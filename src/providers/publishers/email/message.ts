/** Mail that carries a photo to its upload address. */
import type { MailMessage } from '../../../ports/mail.ts'
import type { Post } from '../../../ports/publisher.ts'
import { attachmentName, type EmailSettings, subjectOf } from './settings.ts'

export interface MessageParts {
  from: string
  settings: EmailSettings
  /** The tenant's host, which follows the `@` of a Message-ID. */
  host: string
}

/** Composes the mail. A photo of the same bytes always gets the same identifier. */
export function messageOf({ from, settings, host }: MessageParts, post: Post): MailMessage {
  return {
    from,
    to: [settings.recipient],
    subject: subjectOf(settings, post.caption),
    text: post.caption,
    messageId: `<${post.sha256}-email@${host}>`,
    attachment: {
      filename: attachmentName(post),
      contentType: post.picture.mediaType,
      bytes: post.picture.bytes,
    },
  }
}
