/** Google's token endpoint for codes, refresh tokens and service accounts, its revocation, and the check of access tokens. */
import { randomBytes } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { type AccountState, type DriveState, type Grant, remember } from './account.ts'
import { Refusal, unauthorised } from './refusals.ts'

/** OAuth client whose ID and secret the token endpoint accepts. */
export interface GoogleApp {
  id: string
  secret: string
}

export const tokenAudience = 'https://oauth2.googleapis.com/token'
export const driveScope = 'https://www.googleapis.com/auth/drive'
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const maxSkewSeconds = 300
const maxJwtSeconds = 3600

/** Handles `POST /token`. Reads parameters from the form only, not from the URL. */
export async function grantToken(request: Request, state: DriveState, app: GoogleApp): Promise<Response> {
  const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
  if (request.method !== 'POST' || !isForm) return oauthError(400, 'invalid_request', 'Send a form by POST.')
  const form = new URLSearchParams(await request.text())
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return codeGrant(form, state, app)
    case 'refresh_token':
      return refreshGrant(form, state, app)
    case jwtBearer:
      return assertionGrant(form.get('assertion') ?? '', state)
    default:
      return oauthError(400, 'unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type')}`)
  }
}

/** Returns the refusal of a client that is not the app. */
function refusedClient(form: URLSearchParams, app: GoogleApp): Response | undefined {
  if (form.get('client_id') !== app.id)
    return oauthError(401, 'invalid_client', 'The OAuth client was not found.')
  // Google demands the secret of a web app also with PKCE.
  if (form.get('client_secret') !== app.secret)
    return oauthError(401, 'invalid_client', 'The provided client secret is invalid.')
  return undefined
}

function codeGrant(form: URLSearchParams, state: DriveState, app: GoogleApp): Response {
  const refused = refusedClient(form, app)
  if (refused) return refused
  const redeemed = state.codes.redeem(form)
  if ('refused' in redeemed) {
    if (redeemed.refused === 'redirect_uri') return oauthError(400, 'redirect_uri_mismatch', 'Bad Request')
    const text = redeemed.refused === 'verifier' ? 'Invalid code verifier.' : 'Malformed auth code.'
    return oauthError(400, 'invalid_grant', text)
  }
  const { account, scopes, isLasting } = redeemed.grant
  const refreshToken = isLasting ? newRefreshToken(account, scopes) : undefined
  return issue(
    state,
    { account, client: app.id, scopes, refreshToken },
    {
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      scope: scopes.join(' '),
    },
  )
}

function refreshGrant(form: URLSearchParams, state: DriveState, app: GoogleApp): Response {
  const refused = refusedClient(form, app)
  if (refused) return refused
  const wanted = form.get('refresh_token') ?? ''
  const account = state.accounts.find(({ refreshTokens }) => refreshTokens.has(wanted))
  if (!account) return oauthError(400, 'invalid_grant', 'Token has been expired or revoked.')
  const scopes = account.refreshTokens.get(wanted) ?? []
  const isReplaced = state.settings.rotatesRefreshTokens
  if (isReplaced) account.refreshTokens.delete(wanted)
  const refreshToken = isReplaced ? newRefreshToken(account, scopes) : wanted
  return issue(
    state,
    { account, client: app.id, scopes, refreshToken },
    {
      ...(isReplaced && { refresh_token: refreshToken }),
      scope: scopes.join(' '),
    },
  )
}

/** Adds a refresh token. Google forgets the oldest of about a hundred tokens of an account. */
function newRefreshToken(account: AccountState, scopes: readonly string[]): string {
  const token = `1//${randomBytes(40).toString('base64url')}`
  remember(account.refreshTokens, token, scopes, 100)
  return token
}

/** Handles `POST /revoke`. A refresh token takes its access tokens with it, and an access token its refresh token. */
export async function revokeToken(request: Request, state: DriveState): Promise<Response> {
  const token = new URLSearchParams(await request.text()).get('token') ?? ''
  const refreshToken = state.grants.get(token)?.refreshToken ?? token
  const account = state.accounts.find(({ refreshTokens }) => refreshTokens.has(refreshToken))
  if (!account) return oauthError(400, 'invalid_token', 'Token expired or revoked')
  account.refreshTokens.delete(refreshToken)
  for (const [access, grant] of state.grants)
    if (grant.refreshToken === refreshToken) state.grants.delete(access)
  return Response.json({})
}

async function assertionGrant(assertion: string, state: DriveState): Promise<Response> {
  const refused = (text: string) => oauthError(400, 'invalid_grant', text)
  const unverified = claimsOf(assertion)
  if (!unverified) return refused('Bad Request')
  const account = state.accounts.find(
    ({ email, isServiceAccount }) => isServiceAccount && email === unverified.iss,
  )
  if (!account) return refused('Invalid grant: account not found')
  if (!(await isSigned(assertion, account))) return refused('Invalid JWT Signature.')
  const { aud, scope, sub } = unverified
  if (aud !== tokenAudience) return refused(`Failed audience check. The right audience is ${tokenAudience}`)
  if (!isTimely(unverified, state.settings.now() / 1000))
    return refused(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    )
  if (typeof scope !== 'string' || !scope.split(' ').includes(driveScope))
    return oauthError(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.')
  const client = account.email
  const scopes = scope.split(' ')
  if (sub === undefined || sub === account.email) return issue(state, { account, client, scopes }, {})
  const person = state.accounts.find(({ email }) => email === sub)
  if (person && account.delegates.has(sub)) return issue(state, { account: person, client, scopes }, {})
  return oauthError(
    401,
    'unauthorized_client',
    'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
  )
}

function claimsOf(assertion: string): JWTPayload | undefined {
  try {
    return decodeJwt(assertion)
  } catch {
    return undefined
  }
}

/** Checks the signature alone, because Google names other faults in other words. */
async function isSigned(assertion: string, account: AccountState): Promise<boolean> {
  try {
    const { kid } = decodeProtectedHeader(assertion)
    const keys = kid === undefined ? [...account.keys.values()] : [account.keys.get(kid)]
    for (const key of keys) {
      if (!key) continue
      const { iat = 0 } = decodeJwt(assertion)
      await jwtVerify(assertion, key, { algorithms: ['RS256'], currentDate: new Date(iat * 1000) })
      return true
    }
    return false
  } catch {
    return false
  }
}

function isTimely({ iat, exp }: JWTPayload, now: number): boolean {
  if (iat === undefined || exp === undefined) return false
  return iat <= now + maxSkewSeconds && exp > now && exp - iat <= maxJwtSeconds && exp > iat
}

function issue(
  state: DriveState,
  grant: Omit<Grant, 'expiresAt'>,
  more: Readonly<Record<string, string>>,
): Response {
  const access_token = `ya29.${randomBytes(40).toString('base64url')}`
  const expires_in = state.settings.accessTokenSeconds
  const expiresAt = state.settings.now() + expires_in * 1000
  remember(state.grants, access_token, { ...grant, expiresAt }, 1000)
  return Response.json({ access_token, expires_in, ...more, token_type: 'Bearer' })
}

/** Returns the grant of the request's token. Throws Google's 401. */
export function authorised(headers: Headers, state: DriveState): Grant {
  const header = headers.get('authorization')
  if (header === null) {
    throw new Refusal(401, 'required', 'Login Required.', {
      location: 'Authorization',
      locationType: 'header',
      code: 'UNAUTHENTICATED',
    })
  }
  const grant = grantOf(headers, state)
  if (!grant || grant.expiresAt <= state.settings.now()) throw unauthorised()
  return grant
}

/** Returns the grant of the request's token, even an expired token. */
export function grantOf(headers: Headers, state: DriveState): Grant | undefined {
  const token = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1]
  return token === undefined ? undefined : state.grants.get(token)
}

const oauthError = (status: number, error: string, error_description: string): Response =>
  Response.json({ error, error_description }, { status })
