/** Connects OpenAI, or the compatible server of `OPENAI_BASE_URL`, by an API key. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { usableCredentials } from '../usable-credentials.ts'
import { type Checked, type Connected, type Vendor, VendorRefused, type VendorTools } from '../vendor.ts'
import { callVendor } from '../vendor-call.ts'
import { createVendorFetch } from '../vendor-fetch.ts'
import type { VendorSettings } from '../vendor-settings.ts'
import { vendorCode, vendorWords } from '../vendor-words.ts'

const hourMs = 3_600_000

const valuesSchema = z.object({
  api_key: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{1,500}$/, 'must be an API key')
    .meta({ description: 'API key, from platform.openai.com under API keys.', examples: ['sk-example'] }),
})
const storedSchema = z.object({ api_key: z.string().min(1) })
const errorSchema = z.object({
  error: z.object({ message: z.string().catch(''), code: z.unknown().optional() }),
})

/** Creates the vendor. */
export function createOpenAiVendor(settings: VendorSettings, tools: VendorTools): Vendor {
  const base = (settings.OPENAI_BASE_URL ?? 'https://api.openai.com/v1').replace(/\/$/, '')
  const { hostname } = new URL(base)
  const account = hostname === 'api.openai.com' ? 'OpenAI' : hostname

  const fetch = createVendorFetch(tools.fetch, account)

  /** Lists the models, which costs nothing. Returns a hint for a key that may not list them. */
  async function tryKey(key: string, refusedAs: 'invalid' | 'revoked'): Promise<string | undefined> {
    const headers = { authorization: `Bearer ${key}`, accept: 'application/json' }
    const { status, body } = await callVendor(fetch, account, new URL(`${base}/models`), { headers })
    if (status >= 200 && status < 300) return undefined
    const { message = '', code } = errorSchema.safeParse(body).data?.error ?? {}
    const words = vendorWords(message, [key]) || `${account} answered ${status}.`
    if (status === 401) throw new VendorRefused(refusedAs, words, vendorCode(code))
    // A restricted key may still write captions, and so may a compatible server without a list of models.
    if (status === 403 || status === 404)
      return 'The models cannot be listed with this key, so it could not be tried. Analyze a photo to try it.'
    throw new VendorRefused('unavailable', words, vendorCode(code) || String(status))
  }

  return {
    provider: 'openai',
    use: 'ai',
    checkEveryMs: hourMs,
    pasted: {
      values: valuesSchema,
      async accept(values): Promise<Connected> {
        const { api_key } = valuesSchema.parse(values)
        const hint = await tryKey(api_key, 'invalid')
        return {
          credentials: { provider: 'openai', api_key },
          account,
          // The key does not name its owner, so its digest stands for the account.
          accountId: createHash('sha256').update(api_key).digest('hex').slice(0, 16),
          expiresAt: null,
          settings: {},
          hint,
        }
      },
    },

    async check(credentials): Promise<Checked> {
      await tryKey(usableCredentials(storedSchema, credentials).api_key, 'revoked')
      return {}
    },
  }
}
