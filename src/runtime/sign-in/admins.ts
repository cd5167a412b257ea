/** Who may change what belongs to a tenant: decided on each request from the tenant's configuration as it is now. */
import type { RuntimeConfig } from '../contract.ts'
import type { Settings } from '../settings.ts'
import { type Email, parseEmail } from './email.ts'

/** Whether anybody can sign in on this tenant's host. */
export function canSignIn({ auth }: RuntimeConfig, { provider }: Pick<Settings, 'provider'>): boolean {
  return provider !== null && auth?.enabled !== false
}

/**
 * Whether this is an admin of the tenant. Its own list counts where it has one, also an empty one, which denies everybody;
 * otherwise the fleet's.
 */
export function isAdmin(
  email: Email,
  { auth }: RuntimeConfig,
  { adminEmails }: Pick<Settings, 'adminEmails'>,
): boolean {
  const allowed = auth?.allowed_emails?.map(parseEmail) ?? adminEmails
  return allowed.includes(email)
}
