/** Cookies of the sign-in: their names and attributes, and reading them without trusting that there is only one. */
import type { Context } from 'hono'
import { setCookie } from 'hono/cookie'
import type { Settings } from '../runtime/settings/settings.ts'
import { type AppEnv, readHeader } from './exchange.ts'

export interface CookieKind {
  /** The name, or its beginning where several of a kind may exist at once. */
  readonly name: string
  /** With a leading dot as in the epic; browsers ignore it (RFC 6265, section 5.2.3). Left out: this host only. */
  readonly domain?: string
}

type CookieSettings = Pick<Settings, 'secureCookies' | 'cookieScope' | 'baseDomain'>

/** Who is signed in. */
export function sessionCookie(settings: CookieSettings): CookieKind {
  if (settings.cookieScope === 'host') return hostCookie('session', settings)
  return { name: `${settings.secureCookies ? '__Secure-' : ''}session`, domain: `.${settings.baseDomain}` }
}

/** Of this host alone. No other host can set a cookie with this prefix (RFC 6265bis, section 4.1.3). */
export function hostCookie(name: string, { secureCookies }: CookieSettings): CookieKind {
  return { name: `${secureCookies ? '__Host-' : ''}${name}` }
}

/** All values that the browser sent under one name, in its order. A sibling host can add some to ours. */
export function cookieValues(c: Context<AppEnv>, name: string): string[] {
  return cookiesOf(c).flatMap(([found, value]) => (found === name ? [value] : []))
}

/** The value of a name that must be there exactly once, else `null`. */
export function onlyCookieValue(c: Context<AppEnv>, name: string): string | null {
  const [value, ...more] = cookieValues(c, name)
  return value === undefined || more.length > 0 ? null : value
}

/** Sets a cookie that scripts cannot read and that other sites' forms and frames do not send. */
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

/** Steps under way in this many tabs of one browser; beyond it the oldest is given up, so that the header stays small. */
const maxPending = 3

/** Enough of an id to tell a handful of tabs apart. Characters. */
const idPrefixLength = 8

/** The cookie of one step under way: several tabs may be signing in at once. */
export function pendingCookie(kind: CookieKind, id: string): CookieKind {
  return { ...kind, name: `${kind.name}-${id.slice(0, idPrefixLength)}` }
}

/** Sets the cookie of a step under way, and gives up the oldest ones of its kind. */
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

/** Names and values as they came: ours need no decoding, and what does is not ours. */
function cookiesOf(c: Context<AppEnv>): [name: string, value: string][] {
  const header = readHeader(c.req.raw, c.env.connection, 'cookie') ?? ''
  return header.split(';').flatMap((pair): [string, string][] => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]]
  })
}
