/** Sign-in of people through apps: registration, the page for people, tokens (Mastodon API, "apps" and "oauth"). */
import { createHash, randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { backTo, consentPage, decisionIn, refusalPage } from '../consent/page.ts'
import type { KnownAccount, MastodonState } from './posts.ts'
import type { IssuedToken, SignIns } from './sign-in-state.ts'

const codeLifeMs = 600_000
const coarse = ['read', 'write', 'follow', 'push']
const fine = ['profile', 'read:accounts', 'read:statuses', 'write:media', 'write:statuses']

/** Returns the account of an issued token, with the scopes of the token. */
export function accountOfIssued(state: MastodonState, token: string): KnownAccount | undefined {
  const issued = state.signIns.tokens.get(token)
  if (!issued || (issued.expiresAt !== null && issued.expiresAt <= state.now())) return undefined
  const account = state.accounts.find(({ id }) => id === issued.accountId)
  return account && { ...account, token, scopes: issued.scopes }
}

/** Builds the routes of the sign-in. */
export function signInOf(state: MastodonState): Hono {
  const routes = new Hono()
  const { signIns, flavour } = state
  const unknownClient = () =>
    oauthError(401, 'invalid_client', 'Client authentication failed due to unknown client.')

  routes.get('/.well-known/oauth-authorization-server', (c) => {
    if (!flavour.describesOAuth) return c.json({ error: 'Not Found' }, 404)
    const at = (path: string) => `${state.url}${path}`
    return c.json({
      issuer: at('/'),
      authorization_endpoint: at('/oauth/authorize'),
      token_endpoint: at('/oauth/token'),
      revocation_endpoint: at('/oauth/revoke'),
      app_registration_endpoint: at('/api/v1/apps'),
      scopes_supported: supportedScopes(state),
      code_challenge_methods_supported: ['S256'],
    })
  })

  routes.post('/api/v1/apps', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const [redirectUri = '', scopes = 'read'] = [form.get('redirect_uris'), form.get('scopes')].map(
      (value) => value ?? undefined,
    )
    if (!form.get('client_name')) return c.json({ error: "Validation failed: Name can't be blank" }, 422)
    if (!URL.canParse(redirectUri))
      return c.json({ error: 'Validation failed: Redirect URI must be an absolute URI.' }, 422)
    if (scopes.split(' ').some((scope) => !supportedScopes(state).includes(scope)))
      return c.json({ error: 'Validation failed: Scopes doesn’t match configured on the server.' }, 422)
    const clientId = `client-${randomBytes(8).toString('hex')}`
    const secret = secretOf(signIns)
    signIns.apps.set(clientId, { secret, redirectUri, scopes })
    return c.json({ id: clientId, name: form.get('client_name'), client_id: clientId, client_secret: secret })
  })

  addConsent(routes, state)

  routes.post('/oauth/token', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const app = signIns.apps.get(form.get('client_id') ?? '')
    if (!app || app.secret !== form.get('client_secret')) return unknownClient()
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return codeExchanged(state, form)
      case 'refresh_token':
        return refreshed(state, form)
      case 'client_credentials':
        return Response.json({ access_token: secretOf(signIns), token_type: 'Bearer', scope: app.scopes })
      default:
        return oauthError(400, 'unsupported_grant_type', 'The authorization grant type is not supported.')
    }
  })

  routes.post('/oauth/revoke', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const app = signIns.apps.get(form.get('client_id') ?? '')
    const token = signIns.tokens.get(form.get('token') ?? '')
    const isOwn = app?.secret === form.get('client_secret') && token?.clientId === form.get('client_id')
    if (token && !isOwn)
      return oauthError(403, 'unauthorized_client', 'You are not authorized to revoke this token')
    signIns.tokens.delete(form.get('token') ?? '')
    return c.json({})
  })
  return routes
}

function addConsent(routes: Hono, state: MastodonState): void {
  const { signIns } = state
  routes.get('/oauth/authorize', (c) => {
    const query = new URL(c.req.url).searchParams
    const fault = faultOf(query, signIns)
    if (fault !== undefined) return refusalPage(state.title, fault)
    const scopes = (query.get('scope') ?? 'read').split(' ')
    return consentPage({
      vendor: state.title,
      accounts: state.accounts.map(({ id, username }) => ({ value: id, label: `@${username}` })),
      scopes: scopes.map((scope) => ({ value: scope, label: scope })),
      canUntick: false,
    })
  })

  routes.post('/oauth/authorize', async (c) => {
    const query = new URL(c.req.url).searchParams
    const fault = faultOf(query, signIns)
    if (fault !== undefined) return refusalPage(state.title, fault)
    return decided(state, query, new URLSearchParams(await c.req.text()))
  })
}

function supportedScopes({ flavour }: MastodonState): readonly string[] {
  if (flavour.hasCoarseScopes) return coarse
  const known = flavour.describesOAuth ? fine : fine.filter((scope) => scope !== 'profile')
  return [...coarse, ...known]
}

function faultOf(query: URLSearchParams, { apps }: SignIns): string | undefined {
  const app = apps.get(query.get('client_id') ?? '')
  if (!app) return 'Client authentication failed due to unknown client.'
  if (query.get('redirect_uri') !== app.redirectUri) return 'The redirect uri included is not valid.'
  if (query.get('response_type') !== 'code') return 'The response type is not supported.'
  const registered = app.scopes.split(' ')
  const isBeyond = (query.get('scope') ?? 'read').split(' ').some((scope) => !registered.includes(scope))
  return isBeyond ? 'The requested scope is invalid, unknown, or malformed.' : undefined
}

/** Sends the browser back to the app. */
function decided({ signIns, now }: MastodonState, query: URLSearchParams, form: URLSearchParams): Response {
  const { isAllowed, account } = decisionIn(form)
  const redirectUri = query.get('redirect_uri') ?? ''
  const state = query.get('state')
  if (!isAllowed) {
    const error_description = 'The resource owner or authorization server denied the request.'
    return backTo(redirectUri, { error: 'access_denied', error_description, state })
  }
  const code = secretOf(signIns)
  signIns.codes.set(code, {
    clientId: query.get('client_id') ?? '',
    accountId: account,
    redirectUri,
    scopes: query.get('scope') ?? 'read',
    challenge: query.get('code_challenge'),
    at: now(),
  })
  return backTo(redirectUri, { code, state })
}

const invalidGrant = () =>
  oauthError(400, 'invalid_grant', 'The provided authorization grant is invalid, expired, revoked.')

function codeExchanged(state: MastodonState, form: URLSearchParams): Response {
  const { codes } = state.signIns
  const code = codes.get(form.get('code') ?? '')
  codes.delete(form.get('code') ?? '')
  if (!code || state.now() - code.at > codeLifeMs) return invalidGrant()
  const { clientId, redirectUri, challenge, accountId, scopes } = code
  const isOwn = clientId === form.get('client_id') && redirectUri === form.get('redirect_uri')
  if (!isOwn || !isVerified(state, challenge, form.get('code_verifier'))) return invalidGrant()
  return issued(state, { clientId, accountId, scopes })
}

/** Checks PKCE. Older servers and some relatives ignore it. */
function isVerified({ flavour }: MastodonState, challenge: string | null, verifier: string | null): boolean {
  if (!flavour.describesOAuth || challenge === null) return true
  return (
    createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url') === challenge
  )
}

function refreshed(state: MastodonState, form: URLSearchParams): Response {
  const { refreshTokens } = state.signIns
  const before = refreshTokens.get(form.get('refresh_token') ?? '')
  refreshTokens.delete(form.get('refresh_token') ?? '')
  return before?.clientId === form.get('client_id') ? issued(state, before) : invalidGrant()
}

function issued(state: MastodonState, { clientId, accountId, scopes }: Omit<IssuedToken, 'expiresAt'>) {
  const { signIns, flavour, now } = state
  const { tokenSeconds } = flavour
  const [token, refresh] = [secretOf(signIns), secretOf(signIns)]
  const expiresAt = tokenSeconds === null ? null : now() + tokenSeconds * 1000
  const record = { clientId, accountId, scopes, expiresAt }
  signIns.tokens.set(token, record)
  if (tokenSeconds !== null) signIns.refreshTokens.set(refresh, record)
  return Response.json({
    access_token: token,
    token_type: 'Bearer',
    scope: scopes,
    created_at: Math.floor(now() / 1000),
    ...(tokenSeconds !== null && { expires_in: tokenSeconds, refresh_token: refresh }),
  })
}

function oauthError(status: number, error: string, error_description: string): Response {
  return Response.json({ error, error_description }, { status })
}

function secretOf({ prefix }: SignIns): string {
  return `${prefix}${randomBytes(24).toString('base64url')}`
}
