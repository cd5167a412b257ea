/** Bluesky: accounts connect with an app password. */
import { withoutSlashAtEnd } from '../../../src/base/text-edges.ts'
import { type Vendor, VendorRefused, type VendorTools } from '../vendor.ts'
import type { VendorSettings } from '../vendor-settings.ts'
import { appPasswordSchema, createPastedFlow, defaultEntry, signIn } from './bluesky/app-password.ts'

/** Interval of checks. Each check of an app password is a sign-in, and Bluesky allows 300 a day. */
const checkEveryMs = 24 * 60 * 60_000

/** Creates the vendor. */
export function createBlueskyVendor(settings: VendorSettings, tools: VendorTools): Vendor {
  const { BLUESKY_SERVICE_URL = defaultEntry, BLUESKY_DIRECTORY_URL = 'https://plc.directory' } = settings
  const addresses = {
    entry: withoutSlashAtEnd(BLUESKY_SERVICE_URL),
    directory: withoutSlashAtEnd(BLUESKY_DIRECTORY_URL),
  }
  return {
    provider: 'bluesky',
    use: 'channel',
    checkEveryMs,
    pasted: createPastedFlow(tools, addresses),
    async check(credentials) {
      const stored = appPasswordSchema.safeParse(credentials)
      if (!stored.success) throw new VendorRefused('revoked', 'The stored credentials are incomplete.')
      await signIn(tools, addresses, stored.data).catch((error: unknown) => {
        throw revokedIfInvalid(error)
      })
      return {}
    },
  }
}

/** Makes the refusal of stored values final: the app password was removed. */
function revokedIfInvalid(error: unknown): unknown {
  const isInvalid = error instanceof VendorRefused && error.reason === 'invalid'
  return isInvalid ? new VendorRefused('revoked', error.message, error.code) : error
}
