/** Error codes of settings, connected accounts, API keys and webhooks. Part of error-codes.ts. */
import { type ErrorKind, kind } from './error-kind.ts'

export const studioErrorKinds = {
  studio_not_offered: kind(
    404,
    'Settings cannot be changed here',
    'The control plane of this gallery has no studio, so only the operator changes settings. Ask the operator.',
  ),
  studio_unavailable: kind(
    503,
    'Settings unavailable',
    'The control plane, which keeps the settings, does not answer. A change may have happened. Read the settings, then try again.',
  ),
  settings_refused: kind(
    422,
    'Settings not accepted',
    'A value is not valid, or only the operator changes the setting. `errors` names each field. Nothing was changed.',
  ),
  settings_changed: kind(
    409,
    'Settings have changed',
    'Another person or device changed the settings first. `settings` holds the newer values. Repeat the change with their version.',
  ),
  version_required: kind(
    428,
    'Version required',
    'The request must name the version of the settings that it changes. Send `If-Match` with the entity tag of the settings.',
  ),
  limit_reached: kind(
    409,
    'Limit reached',
    'The gallery has as many keys or webhooks as it may have. Delete an old entry first.',
  ),
  webhook_refused: kind(
    422,
    'Webhook address not allowed',
    'A webhook needs a public address with HTTPS and without a password. Correct the address.',
  ),
  connection_refused: kind(
    422,
    'Account not connected',
    'The vendor refused the account or its values. `detail` has the words of the vendor, `reason` the kind of refusal.',
  ),
} satisfies Readonly<Record<string, ErrorKind>>
