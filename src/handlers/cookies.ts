/** Cookies of the sign-in: their names, their attributes, and readers that expect duplicates. */
import type { Context } from 'hono'
import { setCookie } from 'hono/cookie'
import type { Settings } from '../runtime/settings/settings.ts'
import { type AppEnv, readHeader } from './exchange.ts'

export interface CookieKind {
  /** Name, or its prefix if several cookies of a kind may exist at once. */
  readonly name: string
  /** Domain with a leading dot, which browsers ignore (RFC 6265, section 5.2.3). Default: this host only. */
  readonly domain?: string
}

type CookieSettings = Pick<Settings, 'secureCookies' | 'cookieScope' | 'baseDomain'>

/** Cookie that holds the session. */
export function sessionCookie(settings: CookieSettings): CookieKind {
  if (settings.cookieScope === 'host') return hostCookie('session', settings)
  return { name: `${settings.secureCookies ? '__Secure-' : ''}session`, domain: `.${settings.baseDomain}` }
}

/** Cookie of this host alone. The prefix `__Host-` keeps other hosts from setting the cookie (RFC 6265bis, section 4.1.3). */
export function hostCookie(name: string, { secureCookies }: CookieSettings): CookieKind {
  return { name: `${secureCookies ? '__Host-' : ''}${name}` }
}

/** Returns all values that the browser sent under this name, in the order sent. A sibling host can add values of its own. */
export function cookieValues(c: Context<AppEnv>, name: string): string[] {
  return cookiesOf(c).flatMap(([found, value]) => (found === name ? [value] : []))
}

/** Returns the value of a cookie that was sent exactly once, otherwise `null`. */
export function onlyCookieValue(c: Context<AppEnv>, name: string): string | null {
  const [value, ...more] = cookieValues(c, name)
  return value === undefined || more.length > 0 ? null : value
}

/** Sets a cookie that scripts cannot read, and that forms and frames of other sites do not send. */
export function writeCookie(
  c: Context<AppEnv>,
  settings: CookieSettings,
  { name, domain }: CookieKind,
  value: string,
  maxAgeSeconds: number,
): void {
  setCookie(c, name, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: settings.secureCookies,
    maxAge: maxAgeSeconds,
    ...(domain && { domain }),
  })
}

export function deleteCookie(c: Context<AppEnv>, settings: CookieSettings, kind: CookieKind): void {
  writeCookie(c, settings, kind, '', 0)
}

/** Upper bound on sign-ins in progress per browser. Beyond the limit the oldest cookie is dropped, so that the header stays small. */
const maxPending = 3

/** Characters of an id that tell a few tabs apart. */
const idPrefixLength = 8

/** Names the cookie of a sign-in in progress. Several tabs may sign in at once. */
export function pendingCookie(kind: CookieKind, id: string): CookieKind {
  return { ...kind, name: `${kind.name}-${id.slice(0, idPrefixLength)}` }
}

/** Sets the cookie of a sign-in in progress, and deletes the oldest cookies of its kind. */
export function writePending(
  c: Context<AppEnv>,
  settings: CookieSettings,
  kind: CookieKind,
  step: { id: string; value: string; maxAgeSeconds: number },
): void {
  // Browsers send the oldest first (RFC 6265, section 5.4).
  const older = cookiesOf(c).filter(([name]) => name.startsWith(`${kind.name}-`))
  for (const [name] of older.slice(0, Math.max(0, older.length - maxPending + 1))) {
    deleteCookie(c, settings, { ...kind, name })
  }
  writeCookie(c, settings, pendingCookie(kind, step.id), step.value, step.maxAgeSeconds)
}

/** Returns names and values undecoded: the values of our own cookies need no decoding. */
function cookiesOf(c: Context<AppEnv>): [name: string, value: string][] {
  const header = readHeader(c.req.raw, c.env.connection, 'cookie') ?? ''
  return header.split(';').flatMap((pair): [string, string][] => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]]
  })
}
