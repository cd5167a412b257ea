/** Google Drive: OAuth with PKCE and a lasting refresh token, or the key file of a service account. */
import { z } from 'zod'
import { parseJson } from '../../../src/base/json.ts'
import { createCodeFlow, noValues } from '../code-flow.ts'
import {
  type Connected,
  type OAuthFlow,
  type RefusalReason,
  type Vendor,
  VendorRefused,
  type VendorTools,
  type WrittenCredentials,
} from '../vendor.ts'
import { createVendorFetch } from '../vendor-fetch.ts'
import type { VendorSettings } from '../vendor-settings.ts'
import { createDriveCall } from './gdrive/api.ts'
import { listDriveFolders } from './gdrive/folders.ts'
import { keyFileSchema, type ServiceAccountKey, serviceAccountToken } from './gdrive/service-account.ts'

/** Access to all files, because the narrower `drive.file` hides folders that this app did not create. */
const scope = 'https://www.googleapis.com/auth/drive'
/** A person whose access ended at Google gets a notice within the hour. */
const checkEveryMs = 30 * 60_000

const credentialsSchema = z.union([
  z.object({ refresh_token: z.string().min(1) }),
  z.object({ service_account: keyFileSchema }),
])
const aboutSchema = z.object({
  user: z.object({ emailAddress: z.string().min(1).max(320), permissionId: z.string().min(1).max(200) }),
})
const valuesSchema = z.strictObject({
  service_account: keyFileSchema.meta({
    description: "Google's key file of a service account: a JSON object or its text.",
  }),
})

/** Creates the vendor. Without an app of the operator, only service accounts connect. */
export function createGoogleDrive(settings: VendorSettings, tools: VendorTools): Vendor {
  const base = settings.GOOGLE_API_BASE_URL?.replace(/\/+$/, '')
  const tokenUrl = `${base ?? 'https://oauth2.googleapis.com'}/token`
  const driveUrl = `${base ?? 'https://www.googleapis.com'}/drive/v3`
  const fetch = createVendorFetch(tools.fetch, 'Google')
  const { GOOGLE_CLIENT_ID: id, GOOGLE_CLIENT_SECRET: secret } = settings
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

  async function tokensOf(
    credentials: WrittenCredentials,
  ): Promise<{ access: string; refresh?: string | undefined }> {
    const parsed = credentialsSchema.parse(credentials)
    if ('service_account' in parsed) return { access: await tokenOf(parsed.service_account, 'revoked') }
    if (!flow) throw new VendorRefused('unavailable', 'This service has no Google app any more.')
    const { access_token, refresh_token } = await flow.refresh(parsed.refresh_token)
    return { access: access_token, refresh: refresh_token }
  }

  const about = (accessToken: string) =>
    createDriveCall(fetch, driveUrl, accessToken)(
      'about',
      { fields: 'user(emailAddress,permissionId)' },
      aboutSchema,
    )

  async function connected(accessToken: string, credentials: WrittenCredentials): Promise<Connected> {
    const { user } = await about(accessToken)
    return {
      credentials: { provider: 'gdrive', ...credentials },
      account: user.emailAddress,
      accountId: user.permissionId,
      expiresAt: null,
      settings: {},
    }
  }

  const oauth: OAuthFlow | undefined = flow && {
    begins: noValues,
    // Google gives a refresh token only on its page of consent, and takes the signed-in account unless it asks.
    begin: (input) =>
      flow.begin(input, { access_type: 'offline', prompt: 'select_account consent', hl: input.language }),
    async finish(answer, kept, redirectUri) {
      const { access_token, refresh_token } = await flow.exchange(answer, kept, redirectUri)
      if (refresh_token === undefined)
        throw new VendorRefused('missing_permission', 'Google granted no lasting access.')
      return connected(access_token, { refresh_token })
    },
  }

  return {
    provider: 'gdrive',
    use: 'storage',
    checkEveryMs,
    ...(oauth && { oauth }),
    pasted: {
      values: valuesSchema,
      async accept(values) {
        const { service_account: key } = valuesSchema.parse(values)
        const access = await tokenOf(key, 'invalid')
        const account = await connected(access, { service_account: JSON.stringify(key) })
        return key.subject === undefined ? { ...account, hint: hintFor(key.client_email) } : account
      },
    },

    async check(credentials) {
      const { access, refresh } = await tokensOf(credentials)
      await about(access)
      if (refresh === undefined || refresh === credentials.refresh_token) return {}
      return { renewed: { credentials: { ...credentials, refresh_token: refresh }, expiresAt: null } }
    },

    async revoke(credentials) {
      // The key of a service account ends in Google's console only.
      if (typeof credentials.refresh_token !== 'string') return
      const body = new URLSearchParams({ token: credentials.refresh_token })
      const response = await fetch(`${base ?? 'https://oauth2.googleapis.com'}/revoke`, {
        method: 'POST',
        body,
      })
      if (response.status === 200 || isUnknownToken(await response.text())) return
      throw new VendorRefused('unavailable', `Google answered ${response.status}.`)
    },

    async folders(credentials, path) {
      const { access } = await tokensOf(credentials)
      return listDriveFolders(createDriveCall(fetch, driveUrl, access), path)
    },
  }
}

function hintFor(email: string): string {
  return `Share a folder of a shared drive with ${email}, as a content manager. A service account has no storage space of its own.`
}

/** Recognises a token that has ended already, and needs no end. */
function isUnknownToken(body: string): boolean {
  return z.object({ error: z.literal('invalid_token') }).safeParse(parseJson(body)).success
}
