/** Dropbox: OAuth with PKCE and a lasting refresh token (https://developers.dropbox.com/oauth-guide). */
import { z } from 'zod'
import { withoutSlashAtEnd } from '../../../src/base/text-edges.ts'
import { createCodeFlow, noValues } from '../code-flow.ts'
import { usableCredentials } from '../usable-credentials.ts'
import {
  type BeginInput,
  type Connected,
  type Vendor,
  VendorRefused,
  type VendorTools,
  type WrittenCredentials,
} from '../vendor.ts'
import { createVendorFetch } from '../vendor-fetch.ts'
import type { VendorSettings } from '../vendor-settings.ts'
import { createDropboxApi } from './dropbox/api.ts'
import { listDropboxFolders, rootInfoSchema } from './dropbox/folders.ts'

/** Scopes of the fleet's calls: account, listings, downloads and uploads. */
const scopes = ['account_info.read', 'files.metadata.read', 'files.content.read', 'files.content.write']
/** Interval after which a person gets a notice about access that ended at Dropbox. */
const checkEveryMs = 30 * 60_000

const credentialsSchema = z.object({ refresh_token: z.string().min(1) })
const accountSchema = z.object({
  account_id: z.string().min(1).max(200),
  email: z.string().min(1).max(320).optional().catch(undefined),
  disabled: z.boolean().default(false),
  root_info: rootInfoSchema.optional().catch(undefined),
})

/** Creates the vendor, or returns `undefined` if the operator registered no app. */
export function createDropbox(settings: VendorSettings, tools: VendorTools): Vendor | undefined {
  const { DROPBOX_APP_KEY: id, DROPBOX_APP_SECRET: secret } = settings
  if (id === undefined || secret === undefined) return undefined
  const base = settings.DROPBOX_BASE_URL && withoutSlashAtEnd(settings.DROPBOX_BASE_URL)
  const apiUrl = base ?? 'https://api.dropboxapi.com'
  const fetch = createVendorFetch(tools.fetch, 'Dropbox')
  const api = createDropboxApi(fetch, apiUrl)
  const flow = createCodeFlow({
    name: 'Dropbox',
    issuer: 'https://www.dropbox.com',
    authorizationUrl: `${base ?? 'https://www.dropbox.com'}/oauth2/authorize`,
    tokenUrl: `${apiUrl}/oauth2/token`,
    app: { id, secret },
    scopes,
    fetch,
  })

  const refreshed = (credentials: WrittenCredentials) =>
    flow.refresh(usableCredentials(credentialsSchema, credentials).refresh_token)

  async function connected(accessToken: string, refreshToken: string): Promise<Connected> {
    const account = await accountOf(accessToken)
    if (account.disabled)
      throw new VendorRefused('unsuitable', 'This Dropbox account is disabled.', 'disabled')
    return {
      credentials: { provider: 'dropbox', refresh_token: refreshToken },
      account: account.email ?? account.account_id,
      accountId: account.account_id,
      expiresAt: null,
      settings: {},
    }
  }

  const accountOf = (accessToken: string) =>
    api.call(accessToken, 'users/get_current_account', undefined, accountSchema)

  return {
    provider: 'dropbox',
    use: 'storage',
    checkEveryMs,
    oauth: {
      begins: noValues,
      begin: (input) => flow.begin(input, parametersOf(input)),
      async finish(answer, kept, redirectUri) {
        const { access_token, refresh_token } = await flow.exchange(answer, kept, redirectUri)
        if (refresh_token === undefined)
          throw new VendorRefused('missing_permission', 'Dropbox granted no lasting access.')
        return connected(access_token, refresh_token)
      },
    },

    async check(credentials) {
      const { access_token, refresh_token } = await refreshed(credentials)
      // A failed call after this renewal must not lose the new token.
      if (refresh_token !== undefined && refresh_token !== credentials.refresh_token)
        return { renewed: { credentials: { ...credentials, refresh_token }, expiresAt: null } }
      const echo = z.object({ result: z.literal('ok') })
      await api.call(access_token, 'check/user', { query: 'ok' }, echo)
      return {}
    },

    async revoke(credentials) {
      try {
        const { access_token } = await refreshed(credentials)
        await api.call(access_token, 'auth/token/revoke', undefined, z.unknown())
      } catch (error) {
        // Access that has ended already needs no end.
        if (!(error instanceof VendorRefused && error.reason === 'revoked')) throw error
      }
    },

    async folders(credentials, path) {
      const { access_token } = await refreshed(credentials)
      const { root_info } = await accountOf(access_token)
      return listDropboxFolders(api, access_token, root_info, path)
    },
  }
}

/** Returns Dropbox's own parameters. Without `offline` there is no refresh token. */
function parametersOf({ again, language }: BeginInput): Record<string, string> {
  return {
    token_access_type: 'offline',
    locale: language,
    // Dropbox passes a person on at once who has allowed the app before, which would leave no choice of another account.
    ...(again && { force_reapprove: 'true', force_reauthentication: 'true' }),
  }
}
