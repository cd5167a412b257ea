/** Sends mails through the operator's server. Node only. */
import { onceLoaded } from '../../src/base/once.ts'

export interface OutgoingMail {
  to: readonly string[]
  subject: string
  text: string
  /** Message-ID with its angle brackets: the same for each try, so that mailboxes can drop a second copy. */
  messageId: string
}

/** Sends a mail. Rejects if the server did not take it. */
export type SendMail = (mail: OutgoingMail) => Promise<void>

const connectMs = 10_000
const silenceMs = 20_000

/** Creates the call. The recipients do not see each other. */
export function createMailCall({ url, from }: { url: string; from: string }): SendMail {
  // Loaded at the first mail, since most processes send none.
  const transport = onceLoaded(async () => {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      url,
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      socketTimeout: silenceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  })
  return async ({ to, ...mail }) => {
    await (await transport()).sendMail({ from, bcc: [...to], ...mail })
  }
}
