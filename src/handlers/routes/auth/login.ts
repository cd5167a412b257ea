/** First half of a sign-in: from a tenant's page via the callback host to the identity provider. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { signInExpired, signInOff } from '../../../openid/errors.ts'
import type { Services } from '../../../runtime/services.ts'
import { canSignIn } from '../../../runtime/sign-in/admins.ts'
import type { LoginRequest, SignIn } from '../../../runtime/sign-in/sign-in.ts'
import { hostCookie, writePending } from '../../cookies.ts'
import { type AppEnv, runtimeOf } from '../../exchange.ts'
import { routeFor } from '../../route.ts'
import { sessionOf } from '../../session.ts'
import { markBrowser, returnToTenant } from './hand-over.ts'
import { callbackUrl, returnAddressOf } from './redirects.ts'
import { hasSignedOut } from './sign-out-mark.ts'

/** Lifetime of the redirect to the callback host. Leaves time to reload the page if the provider was unavailable. */
const loginSeconds = 60
/** Lifetime of a sign-in at the provider: time for a password and a second factor. */
export const transactionSeconds = 300

/** `/auth/login` on tenants' hosts. */
export function loginRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { settings, signIn } = services
  const route = routeFor('anyone', services, {
    method: 'get',
    path: '/auth/login',
    operationId: 'signIn',
    summary: 'Sign in',
    tags: ['session'],
    errors: ['sign_in_unavailable'],
    description:
      'For browsers. `fresh=true` makes the provider ask for the credentials again (see `sign_in_too_old`).',
    request: { query: z.object({ return_to: z.string().optional(), fresh: z.string().optional() }) },
    responses: { 302: { description: 'To the identity provider, via the callback host' } },
  })
  app.openapi(route, async (c) => {
    if (!signIn || !canSignIn(runtimeOf(c.env).config, settings)) throw signInOff()
    const { return_to, fresh } = c.req.valid('query')
    const address = returnAddressOf(c, return_to)
    const browser = settings.cookieScope === 'host' ? markBrowser(c, services) : null
    const request = await signIn.logins.seal(
      { ...address, browser, isFresh: fresh === 'true' },
      { audience: settings.callbackHost, expiresInSeconds: loginSeconds },
    )
    return c.redirect(callbackUrl(settings, address.port, '/auth/start', { request }), 302)
  })
}

/** `/auth/start` on the callback host. The provider's answer arrives on this host, so the cookie of the sign-in must be set here. */
export function startRoute(app: OpenAPIHono<AppEnv>, services: Services, signIn: SignIn): void {
  const { settings } = services
  const route = routeFor('anyone', services, {
    method: 'get',
    path: '/auth/start',
    operationId: 'startSignIn',
    summary: 'Second step of signing in',
    tags: ['session'],
    errors: ['sign_in_expired', 'sign_in_unavailable'],
    description: 'On the callback host. Second step of `/auth/login`.',
    request: { query: z.object({ request: z.string() }) },
    responses: {
      302: { description: 'To the identity provider' },
      303: { description: 'Back to the tenant, if the person is already signed in' },
    },
  })
  app.openapi(route, async (c) => {
    const login = (await signIn.logins.open(c.req.valid('query').request, settings.callbackHost))?.content
    if (!login) throw signInExpired()
    const mayReuse = settings.cookieScope === 'host' && !login.isFresh
    const session = mayReuse ? await sessionOf(c, services) : null
    if (session) return returnToTenant(c, services, signIn, session, login)
    return c.redirect(await beginTransaction(c, services, signIn, login), 302)
  })
}

/** Cookie that the provider's answer must match. */
export function transactionCookie(settings: Services['settings']) {
  return hostCookie('sign-in', settings)
}

async function beginTransaction(
  c: Context<AppEnv>,
  { settings }: Services,
  { provider, transactions }: SignIn,
  login: LoginRequest,
): Promise<string> {
  const redirectUri = callbackUrl(settings, login.port, '/auth/callback')
  const ask = login.isFresh ? 'proof' : hasSignedOut(c, settings) ? 'person' : null
  const { url, secrets } = await provider.begin(redirectUri, ask)
  const value = await transactions.seal(
    { ...login, secrets },
    { audience: settings.callbackHost, expiresInSeconds: transactionSeconds },
  )
  const step = { id: secrets.state, value, maxAgeSeconds: transactionSeconds }
  writePending(c, settings, transactionCookie(settings), step)
  return url
}
