/** Token endpoint, and the check of access tokens. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Codes } from '../consent/codes.ts'
import type { AccessToken, AccountState } from './account.ts'
import type { CodeGrant } from './authorize.ts'
import type { Received } from './received.ts'
import { Refusal, unauthorised } from './refusals.ts'
import { remember } from './route.ts'

export interface TokenSettings {
  app: { key: string; secret: string }
  accessTokenSeconds: number
  codes: Codes<CodeGrant>
  /** Replaces the refresh token at each refresh. Dropbox does not. */
  rotatesRefreshTokens: boolean
  now(): number
}

/** Handles `POST /oauth2/token`. Reads parameters from the body, not from the URL. */
export function grantToken(
  { method, headers, body }: Received,
  accounts: AccountState[],
  settings: TokenSettings,
): Response {
  const form = new URLSearchParams(new TextDecoder().decode(body))
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
  if (method !== 'POST' || !isForm) return oauthError('unsupported_grant_type', 'send a form by POST')
  const { key, secret } = settings.app
  if (form.get('client_id') !== key || (form.get('client_secret') ?? secret) !== secret) {
    return oauthError('invalid_client', 'Invalid client_id or client_secret')
  }
  switch (form.get('grant_type')) {
    case 'refresh_token':
      return refreshGrant(form, accounts, settings)
    case 'authorization_code':
      return codeGrant(form, settings)
    default:
      return oauthError('unsupported_grant_type', 'send grant_type=refresh_token or authorization_code')
  }
}

function refreshGrant(form: URLSearchParams, accounts: AccountState[], settings: TokenSettings): Response {
  if (!form.has('client_secret')) return oauthError('invalid_client', 'Invalid client_id or client_secret')
  const refreshToken = form.get('refresh_token') ?? ''
  const account = accounts.find((one) => one.refreshTokens.has(refreshToken))
  if (!account) return oauthError('invalid_grant', 'refresh token is invalid or revoked')
  const scopes = account.refreshTokens.get(refreshToken)
  if (!settings.rotatesRefreshTokens) return Response.json(issue(account, { refreshToken, scopes }, settings))
  account.refreshTokens.delete(refreshToken)
  const refresh_token = newRefreshToken(account, scopes)
  return Response.json({
    ...issue(account, { refreshToken: refresh_token, scopes }, settings),
    refresh_token,
  })
}

function codeGrant(form: URLSearchParams, settings: TokenSettings): Response {
  const redeemed = settings.codes.redeem(form)
  if ('refused' in redeemed) {
    const texts = {
      code: "code doesn't exist or has expired",
      redirect_uri: 'redirect_uri mismatch',
      verifier: 'invalid code verifier',
    }
    return oauthError('invalid_grant', texts[redeemed.refused])
  }
  // An app without a secret proves itself by PKCE.
  if (!form.has('client_secret') && !redeemed.hadChallenge)
    return oauthError('invalid_client', 'Invalid client_id or client_secret')
  const { account, scopes, isLasting } = redeemed.grant
  const refreshToken = isLasting ? newRefreshToken(account, scopes) : undefined
  return Response.json({
    ...issue(account, { refreshToken, scopes }, settings),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    scope: scopes.join(' '),
    uid: account.namespace,
    account_id: `dbid:${account.name}`,
  })
}

function newRefreshToken(account: AccountState, scopes: readonly string[] | undefined): string {
  const token = randomBytes(32).toString('base64url')
  remember(account.refreshTokens, token, scopes, 1000)
  return token
}

function issue(account: AccountState, of: Omit<AccessToken, 'expiresAt'>, settings: TokenSettings) {
  const access_token = `sl.${randomUUID()}`
  const expires_in = settings.accessTokenSeconds
  const expiresAt = settings.now() + expires_in * 1000
  remember(account.accessTokens, access_token, { ...of, expiresAt }, 1000)
  return { access_token, token_type: 'bearer', expires_in }
}

/** Handles `POST /2/auth/token/revoke`: ends the token with its refresh token and all tokens of the same refresh token. */
export function revokeToken(account: AccountState, headers: Headers): void {
  const token = bearerOf(headers) ?? ''
  const { refreshToken } = account.accessTokens.get(token) ?? {}
  account.accessTokens.delete(token)
  if (refreshToken === undefined) return
  account.refreshTokens.delete(refreshToken)
  for (const [sibling, known] of account.accessTokens)
    if (known.refreshToken === refreshToken) account.accessTokens.delete(sibling)
}

/** Returns the account that owns the token, and the token's scopes if they are limited. Throws Dropbox's 401 or 400. */
export function authorised(
  headers: Headers,
  accounts: AccountState[],
  now: number,
): { account: AccountState; scopes: readonly string[] | undefined } {
  const token = bearerOf(headers)
  if (!token) throw new Refusal(400, 'Invalid authorization value in HTTP header "Authorization".')
  for (const account of accounts) {
    const known = account.accessTokens.get(token)
    if (known && known.expiresAt <= now) throw unauthorised('expired_access_token')
    if (known) return { account, scopes: known.scopes }
  }
  throw unauthorised('invalid_access_token')
}

/** Returns the account that owns the request's token, even an expired token. */
export function ownerOf(headers: Headers, accounts: AccountState[]): AccountState | undefined {
  const token = bearerOf(headers)
  return token === undefined ? undefined : accounts.find((account) => account.accessTokens.has(token))
}

const bearerOf = (headers: Headers) => /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1]

function oauthError(error: string, error_description: string): Response {
  return Response.json({ error, error_description }, { status: 400 })
}
