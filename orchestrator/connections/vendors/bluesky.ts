/** Bluesky: accounts connect by OAuth or with an app password. */
import { withoutSlashAtEnd } from '../../../src/base/text-edges.ts'
import { usableCredentials } from '../usable-credentials.ts'
import { type Vendor, VendorRefused, type VendorTools, type WrittenCredentials } from '../vendor.ts'
import type { VendorSettings } from '../vendor-settings.ts'
import { appPasswordSchema, createPastedFlow, defaultEntry, signIn } from './bluesky/app-password.ts'
import { parseClientKey } from './bluesky/client.ts'
import { createOAuthFlow } from './bluesky/oauth.ts'
import { checkSession, revokeSession, storedSession } from './bluesky/stored-session.ts'

/** Interval of checks. Each check of an app password is a sign-in, and Bluesky allows 300 a day. */
const checkEveryMs = 24 * 60 * 60_000

/** Creates the vendor. OAuth needs the key of a client, except on a developer's machine. */
export function createBlueskyVendor(settings: VendorSettings, tools: VendorTools): Vendor {
  const { BLUESKY_SERVICE_URL = defaultEntry, BLUESKY_DIRECTORY_URL = 'https://plc.directory' } = settings
  const addresses = {
    entry: withoutSlashAtEnd(BLUESKY_SERVICE_URL),
    directory: withoutSlashAtEnd(BLUESKY_DIRECTORY_URL),
  }
  const key = parseClientKey(settings.BLUESKY_CLIENT_KEY ?? '')
  const flow = { tools: { ...tools, addresses }, key }

  async function checkPassword(credentials: WrittenCredentials): Promise<void> {
    const stored = usableCredentials(appPasswordSchema, credentials)
    await signIn(tools, addresses, stored).catch((error: unknown) => {
      throw revokedIfInvalid(error)
    })
  }

  return {
    provider: 'bluesky',
    use: 'channel',
    checkEveryMs,
    ...((key || tools.allowPrivate) && { oauth: createOAuthFlow(flow) }),
    pasted: createPastedFlow(tools, addresses),
    async check(credentials, expiresAt) {
      const session = storedSession(credentials)
      if (session) return checkSession(flow, credentials, session, expiresAt)
      await checkPassword(credentials)
      return {}
    },
    async revoke(credentials) {
      const session = storedSession(credentials)
      // Only the account's owner can remove an app password.
      if (session) await revokeSession(flow, session)
    },
  }
}

/** Makes the refusal of stored values final: the app password was removed. */
function revokedIfInvalid(error: unknown): unknown {
  const isInvalid = error instanceof VendorRefused && error.reason === 'invalid'
  return isInvalid ? new VendorRefused('revoked', error.message, error.code) : error
}
