/** Signs out of this host, the callback host and the identity provider, then returns to the tenant's page. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Email } from '../../../contract/email.ts'
import { signInExpired } from '../../../openid/errors.ts'
import type { Services } from '../../../runtime/services.ts'
import type { ReturnAddress } from '../../../runtime/sign-in/return-address.ts'
import type { SignIn } from '../../../runtime/sign-in/sign-in.ts'
import { describeError } from '../../../runtime/telemetry/log.ts'
import { audit } from '../../audit.ts'
import { deleteCookie, hostCookie, onlyCookieValue, writeCookie } from '../../cookies.ts'
import { type AppEnv, readHeader } from '../../exchange.ts'
import { messagePage } from '../../message-page.ts'
import { json, routeFor } from '../../route.ts'
import { dropSession, openSessions, sessionOf } from '../../session.ts'
import { adminStatusSchema } from '../config-schemas.ts'
import { callbackUrl, returnAddressOf, safeReturnUrl } from './redirects.ts'
import { takeSessionHint } from './session-hint.ts'
import { markSignOut } from './sign-out-mark.ts'

/** Lifetime of the redirect to the callback host. */
const signOutSeconds = 60
/** Time for the question that a provider may ask before it ends its session. */
const signedOutSeconds = 300

const query = z.object({
  return_to: z.string().optional(),
  everywhere: z
    .string()
    .optional()
    .openapi({ description: '`true` ends all sessions of this person, on all devices' }),
})
type Query = z.output<typeof query>
const onwards = { description: 'Back to the page, via the callback host and the identity provider' }

/** `/auth/logout` on tenants' hosts. */
export function logoutRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const byForm = routeFor('anyone', services, {
    method: 'post',
    path: '/auth/logout',
    operationId: 'signOut',
    summary: 'Sign out',
    tags: ['session'],
    description: 'For browsers.',
    request: { query },
    responses: { 303: onwards },
  })
  app.openapi(byForm, (c) => signOut(c, services, c.req.valid('query')))

  const byLink = routeFor('anyone', services, {
    method: 'get',
    path: '/auth/logout',
    operationId: 'signOutByLink',
    summary: 'Sign out by a link',
    tags: ['session'],
    description:
      'Signs out for a link of our own page. Other links and typed addresses get a page that asks first, because browsers report a typed address like a link from another program.',
    request: { query },
    responses: { 200: { description: 'A page that asks first', content: { 'text/html': {} } }, 303: onwards },
  })
  app.openapi(byLink, async (c) => {
    const asked = c.req.valid('query')
    const site = readHeader(c.req.raw, c.env.connection, 'sec-fetch-site')
    if (site === 'same-origin') return signOut(c, services, asked)
    return c.html(await question(returnAddressOf(c, asked.return_to).path), 200)
  })
}

/** Sign-out for programs, at V2's paths. `fetch` cannot follow the redirects of `/auth/logout` to other origins. */
export function logoutByFetchRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  for (const [path, operationId] of [
    ['/api/auth/logout', 'signOutHere'],
    ['/api/admin/logout', 'signOutAdmin'],
  ] as const) {
    const route = routeFor('anyone', services, {
      method: 'post',
      path,
      operationId,
      summary: 'Sign out, without redirects',
      tags: ['session'],
      description:
        'Ends the session and all its copies. The session at the identity provider stays: navigate to `/auth/logout` to end it. Programs must send `Origin` with the scheme and host of this gallery, otherwise the answer is 403.',
      request: { query: query.pick({ everywhere: true }) },
      responses: { 200: json(adminStatusSchema, 'Signed out') },
    })
    app.openapi(route, async (c) => {
      await endHere(c, services, c.req.valid('query').everywhere === 'true')
      return c.json({ admin: false }, 200)
    })
  }
}

/** `/auth/end` on the callback host. */
export function endRoute(app: OpenAPIHono<AppEnv>, services: Services, signIn: SignIn): void {
  const { settings, log } = services
  const route = routeFor('anyone', services, {
    method: 'get',
    path: '/auth/end',
    operationId: 'endSession',
    summary: 'Second step of signing out',
    tags: ['session'],
    errors: ['sign_in_expired'],
    description: 'On the callback host. Second step of `/auth/logout`.',
    request: { query: z.object({ request: z.string() }) },
    responses: { 303: onwards },
  })
  app.openapi(route, async (c) => {
    const opened = await signIn.signOuts.open(c.req.valid('query').request, settings.callbackHost)
    if (!opened) throw signInExpired()
    const address = opened.content
    await endSessions(c, services, signIn)
    dropSession(c, settings)
    markSignOut(c, settings)
    const hint = await takeSessionHint(c, settings, signIn)
    const url = await signIn.provider
      .endSessionUrl(callbackUrl(settings, address.port, '/auth/ended'), hint)
      .catch((error: unknown) => {
        log.warn('the session at the identity provider was not ended', { error: describeError(error) })
        return null
      })
    if (url === null) return c.redirect(safeReturnUrl(address, settings), 303)
    const options = { audience: settings.callbackHost, expiresInSeconds: signedOutSeconds }
    const value = await signIn.signedOuts.seal(address, options)
    writeCookie(c, settings, signedOutCookie(settings), value, signedOutSeconds)
    return c.redirect(url, 303)
  })
}

/** `/auth/ended` on the callback host: the only logout address to register at the provider. */
export function endedRoute(app: OpenAPIHono<AppEnv>, services: Services, signIn: SignIn): void {
  const { settings } = services
  const route = routeFor('anyone', services, {
    method: 'get',
    path: '/auth/ended',
    operationId: 'getFarewell',
    summary: 'Last step of signing out',
    tags: ['session'],
    description: 'On the callback host. The identity provider redirects the browser here after sign-out.',
    responses: { 200: { description: 'Sign-out confirmation', content: { 'text/html': {} } }, 303: onwards },
  })
  app.openapi(route, async (c) => {
    const cookie = signedOutCookie(settings)
    const sealed = onlyCookieValue(c, cookie.name)
    const opened = sealed === null ? null : await signIn.signedOuts.open(sealed, settings.callbackHost)
    deleteCookie(c, settings, cookie)
    if (opened) return c.redirect(safeReturnUrl(opened.content, settings), 303)
    return c.html(
      await messagePage({ title: 'Signed out', text: 'You are signed out. You can close this page.' }),
      200,
    )
  })
}

/** Cookie that holds the page to return to after the provider. Not every provider supports the `state` parameter. */
function signedOutCookie(settings: Services['settings']) {
  return hostCookie('signed-out', settings)
}

async function signOut(c: Context<AppEnv>, services: Services, { return_to, everywhere }: Query) {
  const { settings, signIn } = services
  const address = returnAddressOf(c, return_to)
  const { isEverywhere, isShared } = await endHere(c, services, everywhere === 'true')
  const path = isEverywhere ? withNews(address.path, isShared) : address.path
  return c.redirect(await nextStop({ ...address, path }, settings, signIn), 303)
}

/** Ends the session on this host. `isShared` is false if other processes could not be notified yet. */
async function endHere(c: Context<AppEnv>, services: Services, everywhere: boolean) {
  const { settings, signIn } = services
  const who = await sessionOf(c, services)
  const isEverywhere = everywhere && who !== null
  const isShared = signIn
    ? await endSessions(c, services, signIn, isEverywhere ? who.email : undefined)
    : true
  dropSession(c, settings)
  if (who) {
    const details = { ...(isEverywhere && { everywhere: true }), ...(!isShared && { shared: false }) }
    audit(c.env, services, { action: 'sign-out', outcome: 'ok', who, details })
  }
  return { isEverywhere, isShared }
}

/** Ends each session that the browser sent, and all sessions of `email` if given. False: other processes have not been notified yet. */
async function endSessions(
  c: Context<AppEnv>,
  services: Services,
  { endings }: SignIn,
  email?: Email,
): Promise<boolean> {
  const ends = (await openSessions(c, services)).map((session) => endings.endSession(session))
  if (email !== undefined) ends.push(endings.endPerson(email))
  return (await Promise.all(ends)).every(Boolean)
}

/** Adds `signed_out`, so that the page can say what happened on other devices. */
function withNews(path: string, isShared: boolean): string {
  const url = new URL(path, 'https://host.invalid')
  url.searchParams.set('signed_out', isShared ? 'everywhere' : 'soon')
  return url.pathname + url.search + url.hash
}

async function nextStop(
  address: ReturnAddress,
  settings: Services['settings'],
  signIn: SignIn | null,
): Promise<string> {
  if (!signIn) return safeReturnUrl(address, settings)
  const options = { audience: settings.callbackHost, expiresInSeconds: signOutSeconds }
  const request = await signIn.signOuts.seal({ ...address }, options)
  return callbackUrl(settings, address.port, '/auth/end', { request })
}

function question(path: string): Promise<string> {
  const href = `/auth/logout?${new URLSearchParams({ return_to: path })}`
  return messagePage({
    title: 'Sign out?',
    text: 'Do you want to sign out?',
    button: { text: 'Sign out', href },
  })
}
