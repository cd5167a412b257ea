/** Variables of the vendors: the apps that the operator registered, and where the vendors answer. Names as at the publisher. */
import { z } from 'zod'
import { parseClientKey } from './vendors/bluesky/client.ts'

const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
const text = z.string().trim().min(1)

export const vendorVariables = z.object({
  DROPBOX_APP_KEY: text.optional(),
  DROPBOX_APP_SECRET: text.optional(),
  /** Stands for all hosts of Dropbox, its pages included. */
  DROPBOX_BASE_URL: webUrl.optional(),
  GOOGLE_CLIENT_ID: text.optional(),
  GOOGLE_CLIENT_SECRET: text.optional(),
  /** Stands for all hosts of Google, its pages included: `/o/oauth2/v2/auth`, `/token`, `/revoke`, `/drive/v3`. */
  GOOGLE_API_BASE_URL: webUrl.optional(),
  INSTAGRAM_APP_ID: text.optional(),
  INSTAGRAM_APP_SECRET: text.optional(),
  /** Ends with the version, as at the publisher. Its origin stands for all hosts of Instagram. */
  INSTAGRAM_API_BASE_URL: webUrl.optional(),
  BLUESKY_SERVICE_URL: webUrl.optional(),
  /** Directory of permanent identifiers. */
  BLUESKY_DIRECTORY_URL: webUrl.optional(),
  /** Private key (ES256, as a JWK) of the OAuth client at Bluesky. Without it, accounts connect by app password. */
  BLUESKY_CLIENT_KEY: text
    .refine((key) => parseClientKey(key) !== undefined, 'must be a private ES256 key, as a JWK')
    .optional(),
  TELEGRAM_API_BASE_URL: webUrl.optional(),
  OPENAI_BASE_URL: webUrl.optional(),
})
export type VendorSettings = z.output<typeof vendorVariables>
