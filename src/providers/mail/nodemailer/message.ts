/** Builds the bytes of a mail and tells when they begin to leave. */
import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { MailMessage } from '../../../ports/mail.ts'

export interface OutgoingMessage {
  envelope: { from: string; to: string[]; size: number }
  /** The content. SMTP asks for it after the server's 354 (RFC 5321, section 3.3). */
  content: Readable
  /** Whether any of the content was asked for. */
  readonly begun: boolean
}

/** Of the picture at a time: all of its base64 at once would be larger than itself, for as long as the server takes. */
const pieceBytes = 48 * 1024

/**
 * The mail is written as the server takes it, so that only its attachment lies in memory. Addresses are taken as they are and never
 * parsed, so one cannot be read as two.
 */
export async function composeMessage(message: MailMessage): Promise<OutgoingMessage> {
  // The same mail twice: what differs between the two, boundaries and the second of the date, is of the same length.
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
