/** Session of a request: read once, renewed when due, and kept out of shared caches. */
import type { Context } from 'hono'
import type { Services } from '../runtime/services.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import { canSignIn } from '../runtime/sign-in/admins.ts'
import type { IssuedSession, Session } from '../runtime/sign-in/sessions.ts'
import { cookieValues, deleteCookie, sessionCookie, writeCookie } from './cookies.ts'
import type { AppEnv } from './exchange.ts'

/** Returns the audience of a session: the reach of its cookie, so that a token of one host or fleet is invalid on another. */
export function sessionAudience({ cookieScope, baseDomain }: Settings, host: string): string {
  return cookieScope === 'domain' ? `.${baseDomain}` : host
}

/** Returns the session on this host, `null` if the caller is not signed in or the host has no sign-in. */
export async function sessionOf(c: Context<AppEnv>, services: Services): Promise<Session | null> {
  const exchange = c.env
  if (exchange.session === undefined) exchange.session = await peekSession(c, services)
  return exchange.session
}

/** Returns the same session for checks that do not change the response, which stays cacheable. */
export async function peekSession(c: Context<AppEnv>, services: Services): Promise<Session | null> {
  const exchange = c.env
  if (exchange.session !== undefined) return exchange.session
  if (exchange.peeked === undefined) exchange.peeked = await readSession(c, services)
  return exchange.peeked
}

async function readSession(c: Context<AppEnv>, { settings, signIn }: Services): Promise<Session | null> {
  const { runtime } = c.env
  if (!signIn || (runtime && !canSignIn(runtime.config, settings))) return null
  const values = cookieValues(c, sessionCookie(settings).name)
  return signIn.sessions.read(values, sessionAudience(settings, runtime?.host ?? settings.callbackHost))
}

/** Returns every valid session that the browser sent to this host, even an ended session. */
export async function openSessions(c: Context<AppEnv>, { settings, signIn }: Services): Promise<Session[]> {
  if (!signIn) return []
  const values = cookieValues(c, sessionCookie(settings).name)
  const host = c.env.runtime?.host ?? settings.callbackHost
  return signIn.sessions.open(values, sessionAudience(settings, host))
}

/** Sets the session cookie. */
export function keepSession(c: Context<AppEnv>, settings: Settings, issued: IssuedSession): void {
  writeCookie(c, settings, sessionCookie(settings), issued.token, issued.maxAgeSeconds)
}

/** Deletes the session cookie, and a cookie of the same name that belongs to this host alone. */
export function dropSession(c: Context<AppEnv>, settings: Settings): void {
  const cookie = sessionCookie(settings)
  deleteCookie(c, settings, cookie)
  if (cookie.domain) deleteCookie(c, settings, { name: cookie.name })
  c.env.session = null
}

/**
 * Completes a response that depends on the session: keeps it out of shared caches, and renews the session after half of its life. A
 * renewal keeps the session's id, so a sign-out that races with a renewal also ends the renewed session. Does nothing if no handler asked
 * for the session.
 */
export async function settleSession(c: Context<AppEnv>, { settings, signIn }: Services): Promise<void> {
  const { session, runtime } = c.env
  if (session === undefined) return
  c.header('vary', 'Cookie', { append: true })
  if (!/\b(private|no-store)\b/.test(c.res.headers.get('cache-control') ?? '')) {
    c.header('cache-control', 'private, no-store')
  }
  if (!session || !signIn?.sessions.isDue(session) || signIn.endings.isKnownEnded(session)) return
  const audience = sessionAudience(settings, runtime?.host ?? settings.callbackHost)
  const issued = await signIn.sessions.issue(session, audience)
  if (issued) keepSession(c, settings, issued)
}
