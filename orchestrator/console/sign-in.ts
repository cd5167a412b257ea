/** Sign-in of operators at the identity provider: code flow with PKCE and nonce. */
import { type Context, Hono } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { isPublisherError } from '../../src/base/errors.ts'
import { createSealer } from '../../src/base/sealing/sealed-token.ts'
import { createOidcClient } from '../../src/openid/oidc-client.ts'
import type { PeopleServices } from '../people-services.ts'
import { messagePage } from './pages/message.ts'
import { cookieOf, endSessions, type Sessions, soleCookie } from './session.ts'
import type { ConsoleSettings } from './settings.ts'
import { textsOf } from './texts.ts'

/** Lifetime of a sign-in at the provider: time for a password and a second factor. */
const transactionSeconds = 300
/** Upper bound on the age of the authentication at the provider. */
const maxAgeSeconds = 12 * 3600
const maxPathLength = 500

const transactionSchema = z.object({
  path: z.string(),
  secrets: z.object({ state: z.string(), nonce: z.string(), verifier: z.string() }),
})

/** Creates the routes below `/auth`. */
export function signInRoutes(services: PeopleServices, settings: ConsoleSettings, sessions: Sessions): Hono {
  const { now, say } = services
  const client = createOidcClient(settings.provider, {
    maxAgeSeconds,
    onUnreachable: () => say('The sign-in service of the console does not answer correctly.'),
    now,
  })
  const sealer = createSealer({
    secrets: settings.secrets,
    purpose: 'console-sign-in',
    schema: transactionSchema,
    now,
  })
  const cookie = cookieOf(settings, 'console-sign-in')
  const redirectUri = `${settings.origin}/auth/callback`
  const app = new Hono()

  app.get('/auth/login', async (c) => {
    try {
      const { url, secrets } = await client.begin(redirectUri, c.req.query('other') ? 'person' : null)
      const value = await sealer.seal(
        { path: localPath(c.req.query('return_to')), secrets },
        { audience: settings.host, expiresInSeconds: transactionSeconds },
      )
      setCookie(c, cookie.name, value, { ...cookie.options, maxAge: transactionSeconds })
      return c.redirect(url, 302)
    } catch (error) {
      return failure(c, error)
    }
  })

  app.get('/auth/callback', async (c) => {
    const token = soleCookie(c, cookie.name)
    const opened = token === undefined ? null : await sealer.open(token, settings.host)
    deleteCookie(c, cookie.name, cookie.options)
    const t = textsOf(c)
    if (!opened) return messagePage(c, 400, t.signIn.expiredTitle, t.signIn.expired)
    try {
      const { secrets, path } = opened.content
      const { person } = await client.redeem(new URL(c.req.url).searchParams, secrets, redirectUri)
      if (!settings.operators.has(person.email))
        return messagePage(c, 403, t.signIn.notOperatorTitle, t.signIn.notOperator)
      await sessions.begin(c, person.email)
      return c.redirect(path, 303)
    } catch (error) {
      return failure(c, error)
    }
  })

  app.post('/auth/logout', async (c) => {
    const email = await sessions.operatorOf(c)
    if (email !== undefined) {
      const actor = { name: email, requestId: crypto.randomUUID() }
      await endSessions(services.database, email, actor, now())
    }
    sessions.forget(c)
    return c.redirect('/signed-out', 303)
  })

  app.get('/signed-out', (c) => {
    const t = textsOf(c)
    return messagePage(c, 200, t.signIn.signedOutTitle, t.signIn.signedOut)
  })
  return app
}

/** Returns the path of an own page, and `/` for any other text. */
export function localPath(raw: string | undefined): string {
  if (!raw?.startsWith('/') || raw.length > maxPathLength || /[\p{Cc}\p{Cs}\\]/u.test(raw)) return '/'
  const base = 'https://console.invalid'
  const url = URL.parse(raw, base)
  const isLocal = url?.origin === base && !url.pathname.startsWith('//') && !url.pathname.startsWith('/auth')
  return url && isLocal ? url.pathname + url.search : '/'
}

function failure(c: Context, error: unknown): Response | Promise<Response> {
  const t = textsOf(c)
  if (isPublisherError(error, 'sign_in_unavailable')) {
    c.header('retry-after', '30')
    return messagePage(c, 503, t.signIn.unavailableTitle, t.signIn.unavailable)
  }
  if (isPublisherError(error, 'sign_in_refused'))
    return messagePage(c, 403, t.signIn.refusedTitle, t.signIn.refused)
  throw error
}
