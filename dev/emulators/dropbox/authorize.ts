/** Dropbox's page `/oauth2/authorize`, on which a person allows the app (Dropbox OAuth Guide). */
import type { Codes } from '../consent/codes.ts'
import { backTo, consentPage, decisionIn, refusalPage } from '../consent/page.ts'
import type { AccountState } from './account.ts'
import type { Received } from './received.ts'

/** Access that a code stands for. */
export interface CodeGrant {
  account: AccountState
  scopes: readonly string[]
  /** True if the exchange yields a refresh token, by `token_access_type=offline`. */
  isLasting: boolean
}

export interface AuthorizeSettings {
  appKey: string
  /** Addresses registered for the app. Compared as text, as Dropbox does. */
  redirectUris: readonly string[]
  /** Scopes that the app has, an upper bound on what it gets. */
  scopes: readonly string[]
  codes: Codes<CodeGrant>
}

const scopeWords: Readonly<Record<string, string>> = {
  'account_info.read': 'See your name and e-mail address',
  'files.metadata.read': 'See the names of your files and folders',
  'files.content.read': 'See your files',
  'files.content.write': 'Change your files',
  'sharing.read': 'See your shared links',
  'sharing.write': 'Share your files',
}
const maxStateBytes = 500
/** Cookie of the browser that signed in, so that the page can pass on a person who has allowed the app before. */
const cookieName = 'emulated_dropbox_account'

/** Answers a visit of the page, and the form on it. */
export function authorizePage(
  { method, url, headers, body }: Received,
  accounts: readonly AccountState[],
  settings: AuthorizeSettings,
): Response {
  const query = url.searchParams
  const problem = problemOf(query, settings)
  if (problem !== undefined) return refusalPage('Dropbox', problem)
  const wanted = query.get('scope')?.split(' ') ?? settings.scopes
  const scopes = wanted.filter((scope) => settings.scopes.includes(scope))
  const redirectUri = query.get('redirect_uri') ?? ''
  const state = query.get('state')
  const allow = (account: AccountState) => {
    const challenge = query.get('code_challenge') ?? undefined
    const isLasting = query.get('token_access_type') === 'offline'
    const code = settings.codes.issue({ redirectUri, challenge }, { account, scopes, isLasting })
    const cookie = `${cookieName}=${encodeURIComponent(account.name)}; Path=/; HttpOnly; SameSite=Lax`
    return backTo(redirectUri, { code, state }, { 'set-cookie': cookie })
  }

  const known = signedIn(headers, accounts)
  if (method !== 'POST') {
    const isAsked = query.get('force_reapprove') === 'true' || query.get('force_reauthentication') === 'true'
    if (known && known.refreshTokens.size > 0 && !isAsked) return allow(known)
    return consentPage({
      vendor: 'Dropbox',
      accounts: accounts.map(({ name }) => ({ value: name, label: emailOf(name) })),
      chosen: known?.name,
      scopes: scopes.map((scope) => ({ value: scope, label: scopeWords[scope] ?? scope })),
      canUntick: false,
    })
  }
  const decision = decisionIn(new URLSearchParams(new TextDecoder().decode(body)))
  const account = accounts.find(({ name }) => name === decision.account)
  if (decision.isAllowed && account) return allow(account)
  return backTo(redirectUri, {
    error: 'access_denied',
    error_description: 'The user chose not to give your app access to their Dropbox account.',
    state,
  })
}

/** Address of an account, derived from its name. */
export const emailOf = (name: string): string => `${name}@example.org`

/** Returns the fault of a request that Dropbox answers with a page of its own. */
function problemOf(query: URLSearchParams, settings: AuthorizeSettings): string | undefined {
  if (query.get('client_id') !== settings.appKey) return 'Invalid client_id: this app does not exist.'
  if (query.get('response_type') !== 'code') return 'Invalid response_type: expected "code".'
  if (!settings.redirectUris.includes(query.get('redirect_uri') ?? ''))
    return 'Invalid redirect_uri: it must exactly match one of the URIs of the app.'
  if (Buffer.byteLength(query.get('state') ?? '') > maxStateBytes)
    return `Invalid state: it must not have more than ${maxStateBytes} bytes.`
  const unknown = query
    .get('scope')
    ?.split(' ')
    .find((scope) => scopeWords[scope] === undefined)
  if (unknown !== undefined) return `Invalid scope: ${unknown}`
  if (query.has('code_challenge') && query.get('code_challenge_method') !== 'S256')
    return 'Invalid code_challenge_method.'
  return undefined
}

function signedIn(headers: Headers, accounts: readonly AccountState[]): AccountState | undefined {
  const value = new RegExp(`(?:^|; )${cookieName}=([^;]*)`).exec(headers.get('cookie') ?? '')?.[1]
  if (value === undefined) return undefined
  return accounts.find(({ name }) => encodeURIComponent(name) === value)
}
