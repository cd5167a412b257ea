/** `/auth/callback` on the callback host. Accepts the identity provider's answer once, and only in the browser that began the sign-in. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { equalInConstantTime } from '../../../contract/constant-time.ts'
import { parseHost } from '../../../contract/host.ts'
import { SignInRefusal, signInExpired } from '../../../openid/errors.ts'
import type { Redeemed } from '../../../openid/oidc-client.ts'
import type { Services } from '../../../runtime/services.ts'
import { isSamePerson, newSessionId, type SignedIn } from '../../../runtime/sign-in/sessions.ts'
import type { SignIn, Transaction } from '../../../runtime/sign-in/sign-in.ts'
import { describeError } from '../../../runtime/telemetry/log.ts'
import { audit } from '../../audit.ts'
import { cookieValues, deleteCookie, onlyCookieValue, pendingCookie, sessionCookie } from '../../cookies.ts'
import type { AppEnv } from '../../exchange.ts'
import { toPublisherError } from '../../problem.ts'
import { refusal } from '../../refusal.ts'
import { routeFor } from '../../route.ts'
import { keepSession, sessionAudience } from '../../session.ts'
import { returnToTenant } from './hand-over.ts'
import { transactionCookie, transactionSeconds } from './login.ts'
import { callbackUrl, safeReturnUrl } from './redirects.ts'
import { keepSessionHint } from './session-hint.ts'
import { forgetSignOut } from './sign-out-mark.ts'

export function callbackRoute(app: OpenAPIHono<AppEnv>, services: Services, signIn: SignIn): void {
  const { settings } = services
  const route = routeFor('anyone', services, {
    method: 'get',
    path: '/auth/callback',
    operationId: 'finishSignIn',
    summary: 'Callback of the identity provider',
    tags: ['session'],
    errors: ['sign_in_expired', 'sign_in_refused', 'sign_in_unavailable', 'invalid_request'],
    description: 'On the callback host. The identity provider redirects the browser here.',
    responses: { 303: { description: 'Back to the page where the sign-in began' } },
  })
  app.openapi(route, async (c) => {
    const answer = new URL(c.req.url).searchParams
    const transaction = await takeTransaction(c, services, signIn, answer.get('state') ?? '')
    if (!transaction) {
      audit(c.env, services, { action: 'sign-in', outcome: 'refused', reason: 'sign_in_expired' })
      throw signInExpired()
    }
    const tenant = parseHost(transaction.host, settings.baseDomain)?.tenant ?? ''
    try {
      const redirectUri = callbackUrl(settings, transaction.port, '/auth/callback')
      const redeemed = await signIn.provider.redeem(answer, transaction.secrets, redirectUri)
      const signedIn = await beginSession(c, services, signIn, redeemed)
      const issued = await signIn.sessions.issue(signedIn, sessionAudience(settings, settings.callbackHost))
      if (!issued) throw signInExpired()
      keepSession(c, settings, issued)
      await keepSessionHint(c, settings, signIn, redeemed)
      forgetSignOut(c, settings)
      audit(c.env, services, { action: 'sign-in', outcome: 'ok', who: redeemed.person, tenant })
      return await returnToTenant(c, services, signIn, signedIn, transaction)
    } catch (thrown) {
      return refuse(c, services, thrown, { transaction, tenant })
    }
  })
}

/** Creates the session. A person who is already signed in keeps the session's id, so that one sign-out ends all their cookies. */
async function beginSession(
  c: Context<AppEnv>,
  { settings }: Services,
  { sessions, endings }: SignIn,
  { person, authTime }: Redeemed,
): Promise<SignedIn> {
  const values = cookieValues(c, sessionCookie(settings).name)
  const before = await sessions.read(values, sessionAudience(settings, settings.callbackHost))
  const signedInAt = await endings.startOf(person.email)
  return {
    ...person,
    id: before && isSamePerson(before, person) ? before.id : newSessionId(),
    signedInAt,
    provedAt: Math.min(authTime ?? signedInAt, signedInAt),
  }
}

/** Returns the sign-in that an answer belongs to, and deletes its cookie even if the sign-in fails later. */
async function takeTransaction(
  c: Context<AppEnv>,
  { settings }: Services,
  { transactions, claim }: SignIn,
  state: string,
): Promise<Transaction | null> {
  if (!/^[\w-]{43}$/.test(state)) return null
  const cookie = pendingCookie(transactionCookie(settings), state)
  const sealed = onlyCookieValue(c, cookie.name)
  if (sealed === null) return null
  deleteCookie(c, settings, cookie)
  const transaction = (await transactions.open(sealed, settings.callbackHost))?.content
  if (!transaction || !equalInConstantTime(transaction.secrets.state, state)) return null
  return (await claim(state, transactionSeconds)) ? transaction : null
}

/** Returns an error page with a link back. A redirect could loop. */
async function refuse(
  c: Context<AppEnv>,
  services: Services,
  thrown: unknown,
  { transaction, tenant }: { transaction: Transaction; tenant: string },
): Promise<Response> {
  const error = toPublisherError(thrown)
  const isRefusal = error instanceof SignInRefusal
  const reason = isRefusal ? error.reason : error.code
  const details = isRefusal && error.about !== undefined ? { about: error.about } : {}
  audit(c.env, services, { action: 'sign-in', outcome: 'refused', reason, tenant, details })
  if (isRefusal) {
    const fields = { request_id: c.env.requestId, tenant, error: describeError(error) }
    services.log.warn('sign-in refused', fields)
  }
  const href = safeReturnUrl(transaction, services.settings)
  const link = { text: `Back to ${transaction.host}`, href }
  const response = await refusal(error, c.req.raw, c.env, services, { link })
  return c.newResponse(response.body, response)
}
