/** Access to a Google Drive: the flow of the operator's app, and access tokens for stored credentials. */
import { z } from 'zod'
import { parseJson } from '../../../../src/base/json.ts'
import { withoutSlashAtEnd } from '../../../../src/base/text-edges.ts'
import { type CodeFlow, createCodeFlow } from '../../code-flow.ts'
import { usableCredentials } from '../../usable-credentials.ts'
import { type RefusalReason, VendorRefused, type VendorTools, type WrittenCredentials } from '../../vendor.ts'
import { createVendorFetch } from '../../vendor-fetch.ts'
import type { VendorSettings } from '../../vendor-settings.ts'
import { createDriveCall, type DriveCall } from './api.ts'
import { keyFileSchema, type ServiceAccountKey, serviceAccountToken } from './service-account.ts'

/** Access to all files, because the narrower `drive.file` hides folders that this app did not create. */
const scope = 'https://www.googleapis.com/auth/drive'

const credentialsSchema = z.union([
  z.object({ refresh_token: z.string().min(1) }),
  z.object({ service_account: keyFileSchema }),
])

export interface Tokens {
  access: string
  /** Refresh token, if Google replaced it. */
  refresh?: string | undefined
}

export interface DriveAccess {
  /** Flow of the operator's app; `undefined` without an app. */
  flow: CodeFlow | undefined
  /** Returns an access token for a key file. `unknownKey` is the reason for a key that Google does not know. */
  tokenOf(key: ServiceAccountKey, unknownKey: RefusalReason): Promise<string>
  /** Returns an access token for stored credentials. Throws {@link VendorRefused}. */
  tokensOf(credentials: WrittenCredentials): Promise<Tokens>
  /** Returns calls of the API with this access token. */
  callWith(accessToken: string): DriveCall
  /** Ends a refresh token, with all its access tokens. Resolves if the token has ended already. */
  revoke(refreshToken: string): Promise<void>
}

/** Creates the access. Sends nothing by itself. */
export function createDriveAccess(settings: VendorSettings, tools: VendorTools): DriveAccess {
  const { GOOGLE_API_BASE_URL: url, GOOGLE_CLIENT_ID: id, GOOGLE_CLIENT_SECRET: secret } = settings
  const base = url && withoutSlashAtEnd(url)
  const oauthUrl = base ?? 'https://oauth2.googleapis.com'
  const tokenUrl = `${oauthUrl}/token`
  const driveUrl = `${base ?? 'https://www.googleapis.com'}/drive/v3`
  const fetch = createVendorFetch(tools.fetch, 'Google')
  const flow =
    id === undefined || secret === undefined
      ? undefined
      : createCodeFlow({
          name: 'Google',
          issuer: 'https://accounts.google.com',
          authorizationUrl: `${base ?? 'https://accounts.google.com'}/o/oauth2/v2/auth`,
          tokenUrl,
          app: { id, secret },
          scopes: [scope],
          fetch,
        })

  const tokenOf = (key: ServiceAccountKey, unknownKey: RefusalReason) =>
    serviceAccountToken({ fetch, tokenUrl, scope, now: tools.now, unknownKey }, key)

  return {
    flow,
    tokenOf,
    async tokensOf(credentials) {
      const parsed = usableCredentials(credentialsSchema, credentials)
      if ('service_account' in parsed) return { access: await tokenOf(parsed.service_account, 'revoked') }
      if (!flow) throw new VendorRefused('unavailable', 'This service has no Google app any more.')
      const { access_token, refresh_token } = await flow.refresh(parsed.refresh_token)
      const isNew = refresh_token !== parsed.refresh_token
      return { access: access_token, refresh: isNew ? refresh_token : undefined }
    },
    callWith: (accessToken) => createDriveCall(fetch, driveUrl, accessToken),
    async revoke(refreshToken) {
      const body = new URLSearchParams({ token: refreshToken })
      const response = await fetch(`${oauthUrl}/revoke`, { method: 'POST', body })
      if (response.status === 200 || isUnknownToken(await response.text())) return
      throw new VendorRefused('unavailable', `Google answered ${response.status}.`)
    },
  }
}

/** Recognises a token that has ended already. */
function isUnknownToken(body: string): boolean {
  return z.object({ error: z.literal('invalid_token') }).safeParse(parseJson(body)).success
}
