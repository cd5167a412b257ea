/** Who may change what belongs to a tenant: decided on each request from the tenant's configuration as it is now. */
import { type Email, parseEmail } from '../../contract/email.ts'
import type { RuntimeConfig } from '../../contract/runtime-answer.ts'
import type { Settings } from '../settings/settings.ts'

/** Whether anybody can sign in on this tenant's host. */
export function canSignIn({ auth }: RuntimeConfig, { provider }: Pick<Settings, 'provider'>): boolean {
  return provider !== null && auth?.enabled !== false
}

/**
 * The admins of the tenant. Its own list counts where it has one, also an empty one, which denies everybody; otherwise the fleet's.
 */
export function adminsOf(
  { auth }: RuntimeConfig,
  { adminEmails }: Pick<Settings, 'adminEmails'>,
): readonly Email[] {
  if (!auth?.allowed_emails) return adminEmails
  return [...new Set(auth.allowed_emails.flatMap((address) => parseEmail(address) ?? []))]
}

/** Whether this is one of {@link adminsOf}. */
export function isAdmin(
  email: Email,
  config: RuntimeConfig,
  settings: Pick<Settings, 'adminEmails'>,
): boolean {
  return adminsOf(config, settings).includes(email)
}
