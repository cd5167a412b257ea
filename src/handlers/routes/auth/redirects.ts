/** URLs of the redirects between a tenant's host and the callback host. */
import type { Context } from 'hono'
import { PublisherError } from '../../../base/errors.ts'
import { portOf } from '../../../contract/host.ts'
import type { Settings } from '../../../runtime/settings/settings.ts'
import {
  originOf,
  parseReturnPath,
  type ReturnAddress,
  returnUrl,
} from '../../../runtime/sign-in/return-address.ts'
import { type AppEnv, runtimeOf } from '../../exchange.ts'

/** Returns a URL on the callback host. `port` is used in development only. */
export function callbackUrl(
  settings: Settings,
  port: string | null,
  path: string,
  query?: Record<string, string>,
): string {
  const url = new URL(path, originOf(settings.callbackHost, port, settings))
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
  return url.href
}

/** Returns the page of this tenant to return to. */
export function returnAddressOf(c: Context<AppEnv>, returnTo: string | undefined): ReturnAddress {
  return { host: runtimeOf(c.env).host, port: requestPort(c), path: parseReturnPath(returnTo) }
}

/** Returns the port that the request names. */
export function requestPort(c: Context<AppEnv>): string | null {
  return portOf(c.env.connection.host ?? '')
}

/** Returns the address as a URL. Throws `invalid_request` for a sealed address that is no longer a tenant's under this configuration. */
export function safeReturnUrl(address: ReturnAddress, settings: Settings): string {
  const url = returnUrl(address, settings)
  if (url === null) throw new PublisherError('invalid_request', 'This site no longer belongs to the fleet.')
  return url
}
