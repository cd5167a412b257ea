/** The galleries of a developer's machine, for a person at an address that is none of them. */
import type { Services } from '../runtime/services.ts'
import { originOf } from '../runtime/sign-in/return-address.ts'
import type { PageLink } from './message-page.ts'

/**
 * Gives a link to each gallery that DEVELOPMENT_HOSTS or the configuration file names. Gives none outside development: there no answer
 * may tell one unknown host from another, or name a tenant.
 */
export async function galleryLinks(
  { settings, source }: Pick<Services, 'settings' | 'source'>,
  port: string | null,
): Promise<readonly PageLink[]> {
  if (!settings.isDevelopment) return []
  const named = settings.developmentHosts
  const hosts = named.length > 0 ? named : ((await source.hosts?.()) ?? [])
  return hosts.map((host) => ({ text: host, href: `${originOf(host, port, settings)}/` }))
}
