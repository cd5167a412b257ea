/** Routing of requests to Google: to its two hosts, or to an address that replaces both. */

/** Subset of `fetch`; {@link createDriveFetch} creates such a function. */
export type DriveFetch = (url: string, init?: RequestInit) => Promise<Response>

export interface DriveHosts {
  /** Sends requests to the URLs of this file. Follows no redirect, so that tokens reach no other server. */
  fetch: DriveFetch
  /** Checks if a URL that Google sent leads to Google's servers for files, so that it may get the access token. */
  isOwn(url: URL): boolean
}

const apiHost = 'www.googleapis.com'
export const driveUrl = (path: string) => `https://${apiHost}/drive/v3/${path}`
export const uploadUrl = (path: string) => `https://${apiHost}/upload/drive/v3/${path}`
/** Audience of a service account's assertion, even if another address answers. */
export const tokenUrl = 'https://oauth2.googleapis.com/token'

/** Creates the routing. `baseUrl`, if given, replaces the hosts of all requests; paths stay the same. */
export function createDriveHosts(fetch: typeof globalThis.fetch, baseUrl: string | undefined): DriveHosts {
  const base = baseUrl === undefined ? undefined : new URL(baseUrl)
  return {
    fetch: (url, init) => fetch(base ? moved(url, base) : url, { ...init, redirect: 'manual' }),
    isOwn: ({ protocol, hostname, host }) =>
      base?.host === host ||
      (protocol === 'https:' && (hostname === apiHost || hostname.endsWith('.googleusercontent.com'))),
  }
}

function moved(url: string, base: URL): string {
  const { pathname, search, host } = new URL(url)
  if (host === base.host) return url
  return `${base.origin}${base.pathname.replace(/\/$/, '')}${pathname}${search}`
}
