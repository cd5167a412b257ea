/** Address to which a browser returns after signing in or out. Built from checked parts, never copied from a request. */
import { parseHost } from '../../contract/host.ts'
import type { Settings } from '../settings/settings.ts'

/** Page of a tenant. `port` is used in development only. */
export interface ReturnAddress {
  host: string
  port: string | null
  path: string
}

type Fleet = Pick<Settings, 'baseDomain' | 'callbackHost' | 'forceHttps'>

/** Upper bound on a path in characters. Leaves room for the other fields of the cookie that holds the path. */
const maxPathLength = 1000
/** Control characters vanish in a URL parser, and a backslash becomes a slash (URL standard, "basic URL parser"). */
const treacherous = /[\p{Cc}\p{Cs}\\]/u

/**
 * Reads the path, query and fragment to return to. Returns `/` if the path is too long or does not begin with exactly one slash. The
 * sign-in itself also becomes `/`, since it would loop.
 */
export function parseReturnPath(raw: string | undefined): string {
  if (!raw?.startsWith('/') || raw.length > maxPathLength || treacherous.test(raw)) return '/'
  const base = 'https://host.invalid'
  const url = URL.parse(raw, base)
  if (url?.origin !== base || url.pathname.startsWith('//') || isSignIn(url.pathname)) return '/'
  const path = url.pathname + url.search + url.hash
  return path.length > maxPathLength ? '/' : path
}

/** Returns the address as a URL with a path from {@link parseReturnPath}. Returns `null` for a host that no tenant can have. */
export function returnUrl({ host, port, path }: ReturnAddress, fleet: Fleet): string | null {
  const tenant = parseHost(host, fleet.baseDomain, [fleet.callbackHost])
  if (!tenant) return null
  return originOf(tenant.host, port, fleet) + parseReturnPath(path)
}

/** Returns the public origin of a host: https, or http with the port of the request in development. */
export function originOf(
  host: string,
  port: string | null,
  { forceHttps }: Pick<Settings, 'forceHttps'>,
): string {
  if (forceHttps) return `https://${host}`
  return `http://${host}${port === null ? '' : `:${port}`}`
}

/** Checks if the path belongs to the sign-in. Decodes the path first, as the router does. */
function isSignIn(pathname: string): boolean {
  try {
    const decoded = decodeURIComponent(pathname)
    return decoded === '/auth' || decoded.startsWith('/auth/')
  } catch {
    return true
  }
}
