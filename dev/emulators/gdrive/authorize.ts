/** Google's page `/o/oauth2/v2/auth`, on which a person allows the app ("Using OAuth 2.0 for Web Server Applications"). */
import type { Codes } from '../consent/codes.ts'
import { backTo, consentPage, decisionIn, refusalPage } from '../consent/page.ts'
import type { AccountState, CodeGrant } from './account.ts'

export interface AuthorizeSettings {
  clientId: string
  /** Addresses registered for the client. Compared as text, as Google does. */
  redirectUris: readonly string[]
  codes: Codes<CodeGrant>
}

const scopeWords: Readonly<Record<string, string>> = {
  'https://www.googleapis.com/auth/drive': 'See, edit, create and delete all of your Google Drive files',
  'https://www.googleapis.com/auth/drive.readonly': 'See and download all your Google Drive files',
  'https://www.googleapis.com/auth/drive.file': 'See and edit the files that you use with this app',
  'https://www.googleapis.com/auth/userinfo.email': 'See your e-mail address',
  email: 'See your e-mail address',
  openid: 'Associate you with your personal info on Google',
}
/** Cookie of the browser that signed in, so that the page can pass on a person who has allowed the app before. */
const cookieName = 'emulated_google_account'

/** Answers a visit of the page, and the form on it. */
export async function authorizePage(
  request: Request,
  url: URL,
  accounts: readonly AccountState[],
  settings: AuthorizeSettings,
): Promise<Response> {
  const query = url.searchParams
  const problem = problemOf(query, settings)
  if (problem !== undefined) return refusalPage('Google', problem)
  const people = accounts.filter(({ isServiceAccount }) => !isServiceAccount)
  const wanted = query.get('scope')?.split(' ') ?? []
  const redirectUri = query.get('redirect_uri') ?? ''
  const state = query.get('state')
  const prompts = (query.get('prompt') ?? '').split(' ')

  const allow = (account: AccountState, scopes: readonly string[], hasConsented: boolean) => {
    const challenge = query.get('code_challenge') ?? undefined
    const isLasting = hasConsented && query.get('access_type') === 'offline'
    const code = settings.codes.issue({ redirectUri, challenge }, { account, scopes, isLasting })
    const cookie = `${cookieName}=${encodeURIComponent(account.name)}; Path=/; HttpOnly; SameSite=Lax`
    return backTo(redirectUri, { state, code, scope: scopes.join(' ') }, { 'set-cookie': cookie })
  }

  const known = signedIn(request.headers, people)
  if (request.method !== 'POST') {
    const isAsked = prompts.includes('consent') || prompts.includes('select_account')
    if (known && known.refreshTokens.size > 0 && !isAsked) return allow(known, wanted, false)
    return consentPage({
      vendor: 'Google',
      accounts: people.map(({ name, email }) => ({ value: name, label: email })),
      chosen: known?.name,
      scopes: wanted.map((scope) => ({ value: scope, label: scopeWords[scope] ?? scope })),
      canUntick: true,
    })
  }
  const decision = decisionIn(new URLSearchParams(await request.text()))
  const account = people.find(({ name }) => name === decision.account)
  if (!decision.isAllowed || !account) return backTo(redirectUri, { error: 'access_denied', state })
  const isConsent = prompts.includes('consent') || account.refreshTokens.size === 0
  return allow(
    account,
    wanted.filter((scope) => decision.scopes.includes(scope)),
    isConsent,
  )
}

/** Returns the fault of a request that Google answers with a page of its own. */
function problemOf(query: URLSearchParams, settings: AuthorizeSettings): string | undefined {
  if (query.get('client_id') !== settings.clientId) return 'Error 401: invalid_client'
  if (!settings.redirectUris.includes(query.get('redirect_uri') ?? ''))
    return 'Error 400: redirect_uri_mismatch'
  if (query.get('response_type') !== 'code') return 'Error 400: invalid_request (response_type)'
  const scopes = query.get('scope')?.split(' ') ?? ['']
  const unknown = scopes.find((scope) => scopeWords[scope] === undefined)
  if (unknown !== undefined) return `Error 400: invalid_scope ${unknown}`
  if (query.has('code_challenge') && query.get('code_challenge_method') !== 'S256')
    return 'Error 400: invalid_request (code_challenge_method)'
  return undefined
}

function signedIn(headers: Headers, people: readonly AccountState[]): AccountState | undefined {
  const value = new RegExp(`(?:^|; )${cookieName}=([^;]*)`).exec(headers.get('cookie') ?? '')?.[1]
  return value === undefined ? undefined : people.find(({ name }) => encodeURIComponent(name) === value)
}
