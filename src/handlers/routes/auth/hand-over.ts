/**
 * Tells a tenant's host who has signed in at the callback host. In the `domain` scope, browsers send the cookie to both. In the `host`
 * scope, the callback host gives the browser a code. The tenant's host exchanges the code for its own cookie. A code works once, in the
 * browser and on the host for which it was created.
 */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { equalInConstantTime } from '../../../contract/constant-time.ts'
import { signInExpired, signInOff } from '../../../openid/errors.ts'
import type { Services } from '../../../runtime/services.ts'
import { canSignIn } from '../../../runtime/sign-in/admins.ts'
import type { SignedIn } from '../../../runtime/sign-in/sessions.ts'
import type { HandOver, LoginRequest, SignIn } from '../../../runtime/sign-in/sign-in.ts'
import { audit } from '../../audit.ts'
import { deleteCookie, hostCookie, onlyCookieValue, pendingCookie, writePending } from '../../cookies.ts'
import { type AppEnv, runtimeOf } from '../../exchange.ts'
import { routeFor } from '../../route.ts'
import { keepSession, sessionAudience } from '../../session.ts'
import { requestPort, safeReturnUrl } from './redirects.ts'

/** Lifetime of a code. A redirect takes a second; the rest is for slow phones. */
const codeSeconds = 60
/** Lifetime of the mark on a browser: as long as a sign-in at the provider may take. */
const browserSeconds = 300

/** Marks this browser on the tenant's host. Returns the mark, which the code must match. */
export function markBrowser(c: Context<AppEnv>, { settings }: Services): string {
  const id = crypto.randomUUID()
  const kind = hostCookie('enter', settings)
  writePending(c, settings, kind, { id, value: id, maxAgeSeconds: browserSeconds })
  return id
}

/** Sends the signed-in browser back to the tenant's page. */
export async function returnToTenant(
  c: Context<AppEnv>,
  services: Services,
  signIn: SignIn,
  signedIn: SignedIn,
  login: LoginRequest,
) {
  const { settings } = services
  if (settings.cookieScope === 'domain') return c.redirect(safeReturnUrl(login, settings), 303)
  if (login.browser === null) throw signInExpired()
  const { id, email, subject, signedInAt, provedAt } = signedIn
  const content = { id, email, subject, signedInAt, provedAt, path: login.path, browser: login.browser }
  const code = await signIn.handOvers.seal(content, { audience: login.host, expiresInSeconds: codeSeconds })
  const url = new URL('/auth/enter', safeReturnUrl(login, settings))
  url.searchParams.set('code', code)
  return c.redirect(url.href, 303)
}

/** `/auth/enter` on tenants' hosts. Absent in the `domain` scope. */
export function enterRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { settings, signIn } = services
  if (settings.cookieScope === 'domain' || !signIn) return
  const route = routeFor('anyone', services, {
    method: 'get',
    path: '/auth/enter',
    operationId: 'enterGallery',
    summary: 'Last step of signing in',
    tags: ['session'],
    errors: ['sign_in_expired', 'sign_in_unavailable'],
    description: 'Exchanges the code of the callback host for a cookie of this host.',
    request: { query: z.object({ code: z.string() }) },
    responses: { 303: { description: 'To the page where the sign-in began' } },
  })
  app.openapi(route, async (c) => {
    c.header('referrer-policy', 'no-referrer')
    const { config, host } = runtimeOf(c.env)
    if (!canSignIn(config, settings)) throw signInOff()
    const opened = await signIn.handOvers.open(c.req.valid('query').code, host)
    if (!opened || !(await isAskedFor(c, services, signIn, opened.content))) {
      audit(c.env, services, { action: 'enter', outcome: 'refused', reason: 'sign_in_expired' })
      throw signInExpired()
    }
    const { path, ...person } = opened.content
    const issued = await signIn.sessions.issue(person, sessionAudience(settings, host))
    if (!issued) throw signInExpired()
    keepSession(c, settings, issued)
    audit(c.env, services, { action: 'enter', outcome: 'ok', who: person })
    return c.redirect(safeReturnUrl({ host, port: requestPort(c), path }, settings), 303)
  })
}

/** Checks if this browser asked for the code and has not used the code yet. */
async function isAskedFor(
  c: Context<AppEnv>,
  { settings }: Services,
  signIn: SignIn,
  { browser }: HandOver,
): Promise<boolean> {
  const kind = pendingCookie(hostCookie('enter', settings), browser)
  const mark = onlyCookieValue(c, kind.name)
  if (mark === null || !equalInConstantTime(browser, mark)) return false
  deleteCookie(c, settings, kind)
  return signIn.claim(browser, browserSeconds)
}
