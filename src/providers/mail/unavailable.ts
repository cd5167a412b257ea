/** Mailer of hosts that cannot send mail. */
import { PublisherError } from '../../base/errors.ts'
import type { Mailer } from '../../ports/mail.ts'

/** Creates a mailer that refuses every connection with `provider_unavailable`. */
export function createUnavailableMailer(): Mailer {
  return {
    async connect() {
      const message =
        'This server cannot send mail, so FetLife and email are not available. Nothing was sent.'
      throw new PublisherError('provider_unavailable', message)
    },
  }
}
