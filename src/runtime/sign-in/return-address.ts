/** Where a browser goes back to after signing in or out: always built from checked parts, never repeated from a request. */
import { parseHost } from '../../contract/host.ts'
import type { Settings } from '../settings/settings.ts'

/** A page of a tenant. `port` counts in development only. */
export interface ReturnAddress {
  host: string
  port: string | null
  path: string
}

type Fleet = Pick<Settings, 'baseDomain' | 'callbackHost' | 'forceHttps'>

/** Leaves room for the rest of a cookie that holds it. Characters. */
const maxPathLength = 1000
/** Control characters vanish in a URL parser, and a backslash becomes a slash (URL standard, "basic URL parser"). */
const treacherous = /[\p{Cc}\p{Cs}\\]/u

/**
 * The path, query and fragment that a request asks to come back to. `/` for everything that is not one slash followed by something
 * else, for what is too long, and for the sign-in itself, which would go round in circles.
 */
export function parseReturnPath(raw: string | undefined): string {
  if (!raw?.startsWith('/') || raw.length > maxPathLength || treacherous.test(raw)) return '/'
  const base = 'https://host.invalid'
  const url = URL.parse(raw, base)
  if (url?.origin !== base || url.pathname.startsWith('//') || isSignIn(url.pathname)) return '/'
  const path = url.pathname + url.search + url.hash
  return path.length > maxPathLength ? '/' : path
}

/**
 * The address as a URL: https (http in development), a tenant's host, a path from {@link parseReturnPath}. `null` where the host is
 * none that a tenant can have.
 */
export function returnUrl({ host, port, path }: ReturnAddress, fleet: Fleet): string | null {
  const tenant = parseHost(host, fleet.baseDomain, [fleet.callbackHost])
  if (!tenant) return null
  return originOf(tenant.host, port, fleet) + parseReturnPath(path)
}

/** Where the public reaches a host of the fleet: in development over http, at the port that the request named. */
export function originOf(
  host: string,
  port: string | null,
  { forceHttps }: Pick<Settings, 'forceHttps'>,
): string {
  if (forceHttps) return `https://${host}`
  return `http://${host}${port === null ? '' : `:${port}`}`
}

/** The router sees the path decoded. */
function isSignIn(pathname: string): boolean {
  try {
    const decoded = decodeURIComponent(pathname)
    return decoded === '/auth' || decoded.startsWith('/auth/')
  } catch {
    return true
  }
}
