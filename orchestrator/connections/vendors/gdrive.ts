/** Google Drive: OAuth with PKCE and a lasting refresh token, or the key file of a service account. */
import { z } from 'zod'
import { type CodeFlow, noValues } from '../code-flow.ts'
import {
  type Connected,
  type OAuthFlow,
  type Vendor,
  VendorRefused,
  type VendorTools,
  type WrittenCredentials,
} from '../vendor.ts'
import type { VendorSettings } from '../vendor-settings.ts'
import { createDriveAccess, type DriveAccess } from './gdrive/access.ts'
import { listDriveFolders } from './gdrive/folders.ts'
import { keyFileSchema } from './gdrive/service-account.ts'

/** Interval after which a person gets a notice about access that ended at Google. */
const checkEveryMs = 30 * 60_000

const aboutSchema = z.object({
  user: z.object({ emailAddress: z.string().min(1).max(320), permissionId: z.string().min(1).max(200) }),
})
const valuesSchema = z.strictObject({
  service_account: keyFileSchema.meta({
    description: "Google's key file of a service account: a JSON object or its text.",
    secret: true,
  }),
})

/** Creates the vendor. Without an app of the operator, only service accounts connect. */
export function createGoogleDrive(settings: VendorSettings, tools: VendorTools): Vendor {
  const access = createDriveAccess(settings, tools)
  return {
    provider: 'gdrive',
    use: 'storage',
    checkEveryMs,
    ...(access.flow && { oauth: oauthOf(access.flow, access) }),
    pasted: {
      values: valuesSchema,
      async accept(values) {
        const { service_account: key } = valuesSchema.parse(values)
        const token = await access.tokenOf(key, 'invalid')
        const account = await connected(access, token, { service_account: JSON.stringify(key) })
        return key.subject === undefined ? { ...account, hint: hintFor(key.client_email) } : account
      },
    },

    async check(credentials) {
      const tokens = await access.tokensOf(credentials)
      // A failed call after a renewal must not lose the new token.
      if (tokens.refresh !== undefined)
        return {
          renewed: { credentials: { ...credentials, refresh_token: tokens.refresh }, expiresAt: null },
        }
      await userOf(access, tokens.access)
      return {}
    },

    async revoke({ refresh_token }) {
      // The key of a service account ends in Google's console only.
      if (typeof refresh_token === 'string') await access.revoke(refresh_token)
    },

    async folders(credentials, path) {
      const tokens = await access.tokensOf(credentials)
      return listDriveFolders(access.callWith(tokens.access), path)
    },
  }
}

function oauthOf(flow: CodeFlow, access: DriveAccess): OAuthFlow {
  return {
    begins: noValues,
    // Google gives a refresh token only on its page of consent, and takes the signed-in account unless it asks.
    begin: (input) =>
      flow.begin(input, { access_type: 'offline', prompt: 'select_account consent', hl: input.language }),
    async finish(answer, kept, redirectUri) {
      const { access_token, refresh_token } = await flow.exchange(answer, kept, redirectUri)
      if (refresh_token === undefined)
        throw new VendorRefused('missing_permission', 'Google granted no lasting access.')
      return connected(access, access_token, { refresh_token })
    },
  }
}

async function userOf(access: DriveAccess, accessToken: string) {
  const fields = 'user(emailAddress,permissionId)'
  return (await access.callWith(accessToken)('about', { fields }, aboutSchema)).user
}

async function connected(
  access: DriveAccess,
  accessToken: string,
  credentials: WrittenCredentials,
): Promise<Connected> {
  const user = await userOf(access, accessToken)
  return {
    credentials: { provider: 'gdrive', ...credentials },
    account: user.emailAddress,
    accountId: user.permissionId,
    expiresAt: null,
    settings: {},
  }
}

function hintFor(email: string): string {
  return `Share a folder of a shared drive with ${email}, as a content manager. A service account has no storage space of its own.`
}
