/** Registry of vendors: a new vendor is a file in vendors/ and an entry here. */
import type { ConnectionProvider, Vendor, VendorTools } from './vendor.ts'
import type { VendorSettings } from './vendor-settings.ts'
import { createBlueskyVendor } from './vendors/bluesky.ts'
import { createDropbox } from './vendors/dropbox.ts'
import { createGoogleDrive } from './vendors/gdrive.ts'
import { createInstagramVendor } from './vendors/instagram.ts'
import { createMastodonVendor } from './vendors/mastodon.ts'
import { createOpenAiVendor } from './vendors/openai.ts'
import { createS3 } from './vendors/s3.ts'
import { createSmtpVendor } from './vendors/smtp.ts'
import { createTelegramVendor } from './vendors/telegram.ts'

export type Vendors = ReadonlyMap<ConnectionProvider, Vendor>

/** Creates the vendors that this orchestrator has apps for. Those whose values are pasted need none. */
export function createVendors(settings: VendorSettings, tools: VendorTools): Vendors {
  const offered: (Vendor | undefined)[] = [
    createDropbox(settings, tools),
    createGoogleDrive(settings, tools),
    createS3(tools),
    createInstagramVendor(settings, tools),
    createBlueskyVendor(settings, tools),
    createMastodonVendor(tools),
    createTelegramVendor(settings, tools),
    createOpenAiVendor(settings, tools),
    createSmtpVendor(tools),
  ]
  return new Map(offered.filter((vendor) => vendor !== undefined).map((vendor) => [vendor.provider, vendor]))
}
