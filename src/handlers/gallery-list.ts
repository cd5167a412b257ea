/** Links to the galleries of a developer's machine, for the page of an unknown host. */
import { isPublisherError } from '../base/errors.ts'
import { portOf } from '../contract/host.ts'
import type { Services } from '../runtime/services.ts'
import { originOf } from '../runtime/sign-in/return-address.ts'
import type { Exchange } from './exchange.ts'
import type { PageLink } from './message-page.ts'
import { isNavigation, type Offer } from './problem.ts'

/**
 * Offers links to all galleries in development, where their addresses are hard to guess. Returns `undefined` in production: no answer there
 * may tell unknown hosts apart, or name a tenant.
 */
export async function galleryOffer(
  error: unknown,
  request: Request,
  { connection }: Exchange,
  services: Pick<Services, 'settings' | 'source'>,
): Promise<Offer | undefined> {
  if (!services.settings.isDevelopment || !isPublisherError(error, 'tenant_not_found')) return undefined
  if (!isNavigation(request)) return undefined
  const port = portOf(connection.host ?? '')
  return { links: await galleryLinks(services, port).catch(() => []) }
}

/** Returns a link to each gallery that DEVELOPMENT_HOSTS or the configuration file names. */
async function galleryLinks(
  { settings, source }: Pick<Services, 'settings' | 'source'>,
  port: string | null,
): Promise<readonly PageLink[]> {
  const named = settings.developmentHosts
  const hosts = named.length > 0 ? named : ((await source.hosts?.()) ?? [])
  return hosts.map((host) => ({ text: host, href: `${originOf(host, port, settings)}/` }))
}
