/** The session of a request: read once, carried on when it is due, and kept out of shared caches. */
import type { Context } from 'hono'
import type { Services } from '../runtime/services.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import { canSignIn } from '../runtime/sign-in/admins.ts'
import type { IssuedSession, Session } from '../runtime/sign-in/sessions.ts'
import { cookieValues, deleteCookie, sessionCookie, writeCookie } from './cookies.ts'
import type { AppEnv } from './exchange.ts'

/** Whom a session is for: the cookie's own reach, so that a token of one host or fleet is worth nothing on another. */
export function sessionAudience({ cookieScope, baseDomain }: Settings, host: string): string {
  return cookieScope === 'domain' ? `.${baseDomain}` : host
}

/** Who is signed in on this host; `null`: nobody, or nobody can be here. */
export async function sessionOf(c: Context<AppEnv>, services: Services): Promise<Session | null> {
  const exchange = c.env
  if (exchange.session === undefined) exchange.session = await peekSession(c, services)
  return exchange.session
}

/** The same for what does not change the answer: it stays as cacheable as it was. */
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

/** Every valid session that the browser sent to this host, ended ones included. */
export async function openSessions(c: Context<AppEnv>, { settings, signIn }: Services): Promise<Session[]> {
  if (!signIn) return []
  const values = cookieValues(c, sessionCookie(settings).name)
  const host = c.env.runtime?.host ?? settings.callbackHost
  return signIn.sessions.open(values, sessionAudience(settings, host))
}

/** Hands the session to the browser. */
export function keepSession(c: Context<AppEnv>, settings: Settings, issued: IssuedSession): void {
  writeCookie(c, settings, sessionCookie(settings), issued.token, issued.maxAgeSeconds)
}

/** Takes the session from the browser, and a shadow of it that lies on this host alone. */
export function dropSession(c: Context<AppEnv>, settings: Settings): void {
  const cookie = sessionCookie(settings)
  deleteCookie(c, settings, cookie)
  if (cookie.domain) deleteCookie(c, settings, { name: cookie.name })
  c.env.session = null
}

/**
 * Completes an answer that depended on who is signed in: no shared cache may keep it, and the session is carried on once half of its
 * life is over. A renewal keeps the session's id, so one that races with a sign-out carries a session that has ended. Does nothing where
 * no handler asked for the session.
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
