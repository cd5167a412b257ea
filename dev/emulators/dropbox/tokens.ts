/** Token endpoint, and the check of access tokens. */
import { randomUUID } from 'node:crypto'
import type { AccountState } from './account.ts'
import type { Received } from './received.ts'
import { Refusal, unauthorised } from './refusals.ts'
import { remember } from './route.ts'

export interface TokenSettings {
  app: { key: string; secret: string }
  accessTokenSeconds: number
  now(): number
}

/** Handles `POST /oauth2/token`, refresh-token grant only. Reads parameters from the body, not from the URL. */
export function grantToken(
  { method, headers, body }: Received,
  accounts: AccountState[],
  settings: TokenSettings,
): Response {
  const form = new URLSearchParams(new TextDecoder().decode(body))
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
  if (method !== 'POST' || !isForm || form.get('grant_type') !== 'refresh_token') {
    return oauthError('unsupported_grant_type', 'send grant_type=refresh_token as a form')
  }
  const { key, secret } = settings.app
  if (form.get('client_id') !== key || form.get('client_secret') !== secret) {
    return oauthError('invalid_client', 'Invalid client_id or client_secret')
  }
  const account = accounts.find((one) => one.refreshToken === form.get('refresh_token'))
  if (!account) return oauthError('invalid_grant', 'refresh token is invalid or revoked')
  const access_token = `sl.${randomUUID()}`
  const expires_in = settings.accessTokenSeconds
  remember(account.accessTokens, access_token, { expiresAt: settings.now() + expires_in * 1000 }, 1000)
  return Response.json({ access_token, token_type: 'bearer', expires_in })
}

/** Returns the account that owns the token. Throws Dropbox's 401 or 400. */
export function authorised(headers: Headers, accounts: AccountState[], now: number): AccountState {
  const token = bearerOf(headers)
  if (!token) throw new Refusal(400, 'Invalid authorization value in HTTP header "Authorization".')
  for (const account of accounts) {
    const known = account.accessTokens.get(token)
    if (known && known.expiresAt <= now) throw unauthorised('expired_access_token')
    if (known) return account
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
