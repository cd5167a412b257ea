/** Builds the bytes of a mail and tells when they begin to leave. */
import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { MailMessage } from '../../workflow/ports/mail.ts'

export interface OutgoingMessage {
  envelope: { from: string; to: string[]; size: number }
  /** The content. SMTP asks for it after the server's 354 (RFC 5321, section 3.3). */
  content: Readable
  /** Whether any of the content was asked for. */
  readonly begun: boolean
}

/** Addresses are taken as they are and never parsed, so one cannot be read as two. */
export async function composeMessage(message: MailMessage): Promise<OutgoingMessage> {
  const { from, to, subject, text, messageId, attachment } = message
  const composer = new MailComposer({
    from: addressee(from),
    to: to.map(addressee),
    subject: subject.replace(/\p{Cc}+/gu, ' '),
    text,
    messageId,
    ...(attachment && {
      attachments: [
        {
          filename: attachment.filename.replace(/\p{Cc}+/gu, ' '),
          contentType: attachment.contentType,
          content: Buffer.from(attachment.bytes.buffer, attachment.bytes.byteOffset, attachment.bytes.length),
        },
      ],
    }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const bytes = await composer.compile().build()
  let begun = false
  async function* content() {
    begun = true
    yield bytes
  }
  return {
    envelope: { from, to: [...to], size: bytes.length },
    content: Readable.from(content()),
    get begun() {
      return begun
    },
  }
}

function addressee(address: string) {
  return { name: '', address }
}
