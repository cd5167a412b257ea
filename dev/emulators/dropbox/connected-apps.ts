/** Dropbox's page `/account/connected_apps`, on which a person disconnects the app (Dropbox Help Center, "Manage connected apps"). */
import { appsPage } from '../consent/page.ts'
import type { AccountState } from './account.ts'
import { emailOf } from './authorize.ts'
import type { Received } from './received.ts'

/** Answers a visit of the page, and its form. Disconnecting ends all tokens of the account. */
export function connectedApps({ method, body }: Received, accounts: readonly AccountState[]): Response {
  if (method === 'POST') {
    const name = new URLSearchParams(new TextDecoder().decode(body)).get('account')
    const account = accounts.find((known) => known.name === name)
    account?.refreshTokens.clear()
    account?.accessTokens.clear()
  }
  const connected = accounts.filter(({ refreshTokens }) => refreshTokens.size > 0)
  return appsPage(
    'Dropbox',
    connected.map(({ name }) => ({ value: name, label: emailOf(name) })),
  )
}
