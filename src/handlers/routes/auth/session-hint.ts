/**
 * Tells the identity provider at sign-out which of its sessions to end (OpenID Connect RP-Initiated Logout 1.0, section 2). Given its own
 * ID token, the provider need not ask the person again. A sealed cookie of the callback host holds the token.
 */
import type { Context } from 'hono'
import type { Redeemed, SessionHint } from '../../../openid/oidc-client.ts'
import type { Settings } from '../../../runtime/settings/settings.ts'
import { maxSessionSeconds } from '../../../runtime/sign-in/sessions.ts'
import type { SignIn } from '../../../runtime/sign-in/sign-in.ts'
import { type CookieKind, deleteCookie, hostCookie, onlyCookieValue, writeCookie } from '../../cookies.ts'
import type { AppEnv } from '../../exchange.ts'

/** Browsers drop a cookie whose name and value have more than 4,096 bytes (RFC 6265bis, section 5.6). */
const maxCookieBytes = 4096

/** Stores the ID token, or the provider's session id if the token is too long, or nothing. */
export async function keepSessionHint(
  c: Context<AppEnv>,
  settings: Settings,
  { sessionHints }: SignIn,
  { idToken, providerSession }: Redeemed,
): Promise<void> {
  const cookie = cookieOf(settings)
  const shorter = providerSession === undefined ? [] : [{ providerSession }]
  for (const hint of [{ idToken }, ...shorter]) {
    const options = { audience: settings.callbackHost, expiresInSeconds: maxSessionSeconds }
    const value = await sessionHints.seal(hint, options)
    if (cookie.name.length + value.length > maxCookieBytes) continue
    return writeCookie(c, settings, cookie, value, maxSessionSeconds)
  }
  deleteCookie(c, settings, cookie)
}

/** Returns the stored hint and deletes its cookie. Returns `{}` if none was stored. */
export async function takeSessionHint(
  c: Context<AppEnv>,
  settings: Settings,
  { sessionHints }: SignIn,
): Promise<SessionHint> {
  const cookie = cookieOf(settings)
  const sealed = onlyCookieValue(c, cookie.name)
  if (sealed === null) return {}
  deleteCookie(c, settings, cookie)
  return (await sessionHints.open(sealed, settings.callbackHost))?.content ?? {}
}

function cookieOf(settings: Settings): CookieKind {
  return hostCookie('session-hint', settings)
}
