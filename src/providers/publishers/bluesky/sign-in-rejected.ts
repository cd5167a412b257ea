/** Error for a session of OAuth that Bluesky does not accept. */
import { PublisherError } from '../../../base/errors.ts'

export function signInRejected(cause: unknown): PublisherError {
  const message =
    'Bluesky no longer accepts the sign-in of this gallery. Connect Bluesky again in the settings.'
  return new PublisherError('credentials_rejected', message, { cause })
}
