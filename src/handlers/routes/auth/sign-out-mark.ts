/** Remembers in this browser that a person signed out, so that the next sign-in asks who it is, though the provider may remember. */
import type { Context } from 'hono'
import type { Settings } from '../../../runtime/settings/settings.ts'
import { type CookieKind, cookieValues, deleteCookie, hostCookie, writeCookie } from '../../cookies.ts'
import type { AppEnv } from '../../exchange.ts'

/** As long as a provider's session may outlive ours: browsers keep a cookie for 400 days at most (RFC 6265bis, section 5.5). */
const markSeconds = 400 * 24 * 3600

export function markSignOut(c: Context<AppEnv>, settings: Settings): void {
  writeCookie(c, settings, markOf(settings), '1', markSeconds)
}

export function hasSignedOut(c: Context<AppEnv>, settings: Settings): boolean {
  return cookieValues(c, markOf(settings).name).length > 0
}

/** Called once the person has been asked. */
export function forgetSignOut(c: Context<AppEnv>, settings: Settings): void {
  if (hasSignedOut(c, settings)) deleteCookie(c, settings, markOf(settings))
}

function markOf(settings: Settings): CookieKind {
  return hostCookie('ask-who', settings)
}
