/** Origin of a host as the public reaches it, and the way from HTTP to HTTPS. */
import { PublisherError } from '../base/errors.ts'
import { portOf } from '../contract/host.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import { originOf } from '../runtime/sign-in/return-address.ts'
import { type Connection, type Exchange, readHeader } from './exchange.ts'

/** Gives the origin of a host of ours, with the port of this connection. */
export function publicOrigin(host: string, connection: Connection, settings: Settings): string {
  return originOf(host, portOf(connection.host ?? ''), settings)
}

/**
 * Redirects a request that came over HTTP, where the process insists on HTTPS. Heroku's router says by `X-Forwarded-Proto` how the
 * public connection came. Throws `https_required` for any method but GET and HEAD.
 */
export function redirectToHttps(
  request: Request,
  { connection, origin }: Exchange,
  { forceHttps }: Settings,
): Response | undefined {
  if (!forceHttps || readHeader(request, connection, 'x-forwarded-proto') !== 'http') return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new PublisherError(
      'https_required',
      'Nothing was done: this request came over HTTP. Repeat it over HTTPS.',
    )
  }
  const { pathname, search } = new URL(request.url)
  return new Response(null, { status: 308, headers: { location: origin + pathname + search } })
}
