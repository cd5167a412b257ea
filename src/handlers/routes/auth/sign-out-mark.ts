/** Remembers in this browser that a person signed out. The next sign-in then asks who they are, even if the provider remembers them. */
import type { Context } from 'hono'
import type { Settings } from '../../../runtime/settings/settings.ts'
import { type CookieKind, cookieValues, deleteCookie, hostCookie, writeCookie } from '../../cookies.ts'
import type { AppEnv } from '../../exchange.ts'

/** Longest lifetime of a cookie in browsers (RFC 6265bis, section 5.5), since a provider's session may outlive ours. */
const markSeconds = 400 * 24 * 3600

export function markSignOut(c: Context<AppEnv>, settings: Settings): void {
  writeCookie(c, settings, markOf(settings), '1', markSeconds)
}

export function hasSignedOut(c: Context<AppEnv>, settings: Settings): boolean {
  return cookieValues(c, markOf(settings).name).length > 0
}

/** Deletes the mark, once the provider has asked the person. */
export function forgetSignOut(c: Context<AppEnv>, settings: Settings): void {
  if (hasSignedOut(c, settings)) deleteCookie(c, settings, markOf(settings))
}

function markOf(settings: Settings): CookieKind {
  return hostCookie('ask-who', settings)
}
