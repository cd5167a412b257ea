/** Builds the bytes of a mail, and records when sending begins. */
import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { MailMessage } from '../../../ports/mail.ts'

export interface OutgoingMessage {
  envelope: { from: string; to: string[]; size: number }
  /** Content of the mail. SMTP sends it after the server's 354 (RFC 5321, section 3.3). */
  content: Readable
  /** True once the connection has asked for content. */
  readonly begun: boolean
}

/** Bytes of the picture that are encoded at a time. The base64 of a whole picture would take more memory than the picture. */
const pieceBytes = 48 * 1024

/**
 * Composes the mail. Writes the content at the server's pace, so that only the attachment is held in memory. Never parses addresses, so
 * that an address cannot turn into two.
 */
export async function composeMessage(message: MailMessage): Promise<OutgoingMessage> {
  // Writes the mail twice, first to measure it. Only the boundaries and the date differ, and their lengths are equal.
  let size = 0
  for await (const piece of written(message)) size += piece.length
  let begun = false
  async function* content() {
    begun = true
    yield* written(message)
  }
  return {
    envelope: { from: message.from, to: [...message.to], size },
    content: Readable.from(content()),
    get begun() {
      return begun
    },
  }
}

function written({ from, to, subject, text, messageId, attachment }: MailMessage): Readable {
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
          content: Readable.from(pieces(attachment.bytes)),
        },
      ],
    }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().createReadStream()
}

function* pieces({ buffer, byteOffset, length }: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < length; at += pieceBytes) {
    yield Buffer.from(buffer, byteOffset + at, Math.min(pieceBytes, length - at))
  }
}

function addressee(address: string) {
  return { name: '', address }
}
