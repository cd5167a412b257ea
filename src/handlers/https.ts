/** Public origin of a host, and the redirect from HTTP to HTTPS. */
import { PublisherError } from '../base/errors.ts'
import { portOf } from '../contract/host.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import { originOf } from '../runtime/sign-in/return-address.ts'
import { type Connection, type Exchange, readHeader } from './exchange.ts'

/** Returns the public origin of a host, with the port of this connection. */
export function publicOrigin(host: string, connection: Connection, settings: Settings): string {
  return originOf(host, portOf(connection.host ?? ''), settings)
}

/**
 * Redirects a request that came over plain HTTP, if the process requires HTTPS. Heroku's router names the public scheme in
 * `X-Forwarded-Proto`. Throws `https_required` for any method but GET and HEAD.
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
      'Nothing was changed: this request came over HTTP. Repeat it over HTTPS.',
    )
  }
  const { pathname, search } = new URL(request.url)
  return new Response(null, { status: 308, headers: { location: origin + pathname + search } })
}
