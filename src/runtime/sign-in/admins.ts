/** Admins of a tenant, decided on each request from the tenant's current configuration. */
import { type Email, parseEmail } from '../../contract/email.ts'
import type { RuntimeConfig } from '../../contract/runtime-answer.ts'
import type { Settings } from '../settings/settings.ts'

/** Checks if sign-in is enabled on this tenant's host. */
export function canSignIn({ auth }: RuntimeConfig, { provider }: Pick<Settings, 'provider'>): boolean {
  return provider !== null && auth?.enabled !== false
}

/** Returns the admins of the tenant: its own list if present, otherwise the fleet's. An empty list of its own denies every person. */
export function adminsOf(
  { auth }: RuntimeConfig,
  { adminEmails }: Pick<Settings, 'adminEmails'>,
): readonly Email[] {
  if (!auth?.allowed_emails) return adminEmails
  return [...new Set(auth.allowed_emails.flatMap((address) => parseEmail(address) ?? []))]
}

/** Checks if the address is in {@link adminsOf}. */
export function isAdmin(
  email: Email,
  config: RuntimeConfig,
  settings: Pick<Settings, 'adminEmails'>,
): boolean {
  return adminsOf(config, settings).includes(email)
}
