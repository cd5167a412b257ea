/** Instagram Login: the page for people, and the exchanges of codes and tokens ("Business Login for Instagram"). */
import { randomBytes } from 'node:crypto'
import { backTo, consentPage, decisionIn, refusalPage } from '../consent/page.ts'
import { Refusal } from './answers.ts'
import type { IssuedToken, SignIns } from './sign-in-state.ts'
import type { InstagramAccount, InstagramState } from './state.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const longLifeSeconds = 60 * 86_400
const knownScopes = [
  'instagram_business_basic',
  'instagram_business_content_publish',
  'instagram_business_manage_comments',
  'instagram_business_manage_messages',
]

/** Returns the account of an issued token. Throws {@link Refusal} for an expired token. */
export function accountOfIssued(
  { accounts, signIns }: InstagramState,
  token: string,
  at: number,
): InstagramAccount | undefined {
  const issued = signIns.tokens.get(token)
  if (!issued) return undefined
  if (issued.expiresAt <= at) throw new Refusal('tokenExpired')
  return accounts.find(({ userId }) => userId === issued.userId)
}

/** Answers the request of a browser for the page. */
export function showConsent({ accounts, signIns }: InstagramState, query: URLSearchParams): Response {
  const fault = faultOf(query, signIns)
  if (fault !== undefined) return refusalPage('Instagram', fault)
  return consentPage({
    vendor: 'Instagram',
    accounts: accounts.map(({ userId, username }) => ({ value: userId, label: `@${username}` })),
    scopes: scopesIn(query).map((scope) => ({ value: scope, label: scope })),
    canUntick: true,
  })
}

/** Takes the decision of the person, and sends the browser back to the app. */
export async function decide({ signIns }: InstagramState, request: Request, at: number): Promise<Response> {
  const query = new URL(request.url).searchParams
  const fault = faultOf(query, signIns)
  if (fault !== undefined) return refusalPage('Instagram', fault)
  const redirectUri = query.get('redirect_uri') ?? ''
  const state = query.get('state')
  const { isAllowed, account, scopes } = decisionIn(new URLSearchParams(await request.text()))
  if (!isAllowed) {
    const error_description = 'The user denied your request'
    return backTo(redirectUri, {
      error: 'access_denied',
      error_reason: 'user_denied',
      error_description,
      state,
    })
  }
  const code = secretOf(signIns)
  signIns.codes.set(code, { userId: account, redirectUri, permissions: scopes, at, isUsed: false })
  // The real Instagram puts this fragment behind the code.
  return backTo(`${redirectUri}#_`, { code, state })
}

function scopesIn(query: URLSearchParams): string[] {
  return (query.get('scope') ?? '').split(',')
}

function faultOf(query: URLSearchParams, { app }: SignIns): string | undefined {
  if (query.get('client_id') !== app.id) return 'Invalid Request: Invalid platform app'
  if (query.get('response_type') !== 'code') return 'Invalid Request: Invalid response_type'
  if (!/^https?:$/.test(URL.parse(query.get('redirect_uri') ?? '')?.protocol ?? ''))
    return 'Invalid Request: Invalid redirect_uri'
  const unknown = scopesIn(query).filter((scope) => !knownScopes.includes(scope))
  return unknown.length > 0 ? `Invalid Scopes: ${unknown.join(' ')}` : undefined
}

/** Exchanges a code for a token of an hour. Refusals have the form of the older host. */
export function exchangeCode(
  { signIns }: InstagramState,
  fields: ReadonlyMap<string, string>,
  at: number,
): Response {
  const { app, codes } = signIns
  const refuse = (words: string) =>
    Response.json({ error_type: 'OAuthException', code: 400, error_message: words }, { status: 400 })
  if (fields.get('client_id') !== app.id) return refuse('Invalid platform app')
  if (fields.get('client_secret') !== app.secret) return refuse('Error validating client secret.')
  if (fields.get('grant_type') !== 'authorization_code') return refuse('Unsupported grant_type')
  const code = codes.get(fields.get('code') ?? '')
  if (!code) return refuse('Invalid authorization code')
  if (code.isUsed) return refuse('This authorization code has been used')
  if (at - code.at > hourMs) return refuse('This authorization code has expired')
  if (code.redirectUri !== fields.get('redirect_uri'))
    return refuse('Error validating verification code. Please make sure your redirect_uri is identical')
  code.isUsed = true
  const { userId, permissions } = code
  const token = issue(signIns, { userId, permissions, kind: 'short', issuedAt: at, expiresAt: at + hourMs })
  const answer = { access_token: token, user_id: userId, permissions }
  return Response.json(
    signIns.wrapsTokens ? { data: [{ ...answer, permissions: permissions.join(',') }] } : answer,
  )
}

/** Exchanges a token of an hour for a token of 60 days. Throws {@link Refusal}. */
export function exchangeToken({ signIns }: InstagramState, query: URLSearchParams, at: number) {
  const { app, tokens } = signIns
  if (query.get('grant_type') !== 'ig_exchange_token') throw new Refusal('badParameter', 'grant_type')
  if (query.get('client_secret') !== app.secret)
    throw new Refusal('badParameter', 'Error validating client secret')
  const short = tokens.get(query.get('access_token') ?? '')
  if (short?.kind !== 'short') throw new Refusal('tokenInvalid')
  if (short.expiresAt <= at) throw new Refusal('tokenExpired')
  return longTokenOf(signIns, short, at)
}

/** Renews a token of 60 days that is at least a day old. Throws {@link Refusal}. */
export function refreshToken({ signIns }: InstagramState, query: URLSearchParams, at: number) {
  if (query.get('grant_type') !== 'ig_refresh_token') throw new Refusal('badParameter', 'grant_type')
  const long = signIns.tokens.get(query.get('access_token') ?? '')
  if (long?.kind !== 'long') throw new Refusal('tokenInvalid')
  if (long.expiresAt <= at) throw new Refusal('tokenExpired')
  if (at - long.issuedAt < dayMs) throw new Refusal('badParameter', 'The token must be at least 24 hours old')
  return longTokenOf(signIns, long, at)
}

function longTokenOf(signIns: SignIns, { userId, permissions }: IssuedToken, at: number) {
  const expiresAt = at + longLifeSeconds * 1000
  const access_token = issue(signIns, { userId, permissions, kind: 'long', issuedAt: at, expiresAt })
  return { access_token, token_type: 'bearer', expires_in: longLifeSeconds }
}

function issue(signIns: SignIns, token: IssuedToken): string {
  const value = secretOf(signIns)
  signIns.tokens.set(value, token)
  return value
}

function secretOf({ prefix }: SignIns): string {
  return `${prefix}${randomBytes(24).toString('base64url')}`
}

/** Describes the account of a token. `id` is the account's ID for this app only. */
export function describeMe(account: InstagramAccount, fields: string | null) {
  const { userId, username, accountType = 'BUSINESS' } = account
  const all: Readonly<Record<string, string>> = {
    id: appScopedId(account),
    user_id: userId,
    username,
    account_type: accountType,
  }
  const asked = fields?.split(',') ?? ['id']
  return Object.fromEntries(asked.flatMap((name) => (name in all ? [[name, all[name]]] : [])))
}

/** Returns the account's ID for this app. */
export function appScopedId({ userId }: Pick<InstagramAccount, 'userId'>): string {
  return `99${userId.slice(-14)}`
}
