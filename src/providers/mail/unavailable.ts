/** The mailer of hosts that cannot send mail. */
import { PublisherError } from '../../base/errors.ts'
import type { Mailer } from '../../ports/mail.ts'

/** Refuses every connection with `provider_unavailable`; the platform's other channels are not affected. */
export function createUnavailableMailer(): Mailer {
  return {
    async connect() {
      const message =
        'This server runs where it cannot send mail, so FetLife and e-mail are not available here. Nothing was sent.'
      throw new PublisherError('provider_unavailable', message)
    },
  }
}
