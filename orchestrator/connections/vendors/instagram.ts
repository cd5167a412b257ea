/** Connects Instagram accounts (Instagram API with Instagram Login). */
import { z } from 'zod'
import { usableCredentials } from '../usable-credentials.ts'
import { type Checked, type Connected, type Vendor, VendorRefused, type VendorTools } from '../vendor.ts'
import { createVendorFetch } from '../vendor-fetch.ts'
import type { VendorSettings } from '../vendor-settings.ts'
import { vendorCode } from '../vendor-words.ts'
import { longTokenSchema, meSchema, shortTokenSchema } from './instagram/answers.ts'
import {
  askInstagram,
  type GraphRequest,
  hostsOf,
  isFacebookLogin,
  type RefusedAs,
} from './instagram/graph.ts'

const scopes = ['instagram_business_basic', 'instagram_business_content_publish'] as const

const dayMs = 86_400_000
/** A token lives 60 days, and is renewed from day 30 on. */
const renewBeforeEndMs = 30 * dayMs

const storedSchema = z.object({ access_token: z.string().min(1), user_id: z.coerce.string() })

type Me = z.output<typeof meSchema>

/** Creates the vendor. Returns `undefined` if the operator has registered no app, or publishes through Facebook Login. */
export function createInstagramVendor(settings: VendorSettings, tools: VendorTools): Vendor | undefined {
  const { INSTAGRAM_APP_ID: appId, INSTAGRAM_APP_SECRET: appSecret } = settings
  const base = settings.INSTAGRAM_API_BASE_URL
  if (appId === undefined || appSecret === undefined || isFacebookLogin(base)) return undefined
  const hosts = hostsOf(base)
  const { now } = tools
  const fetch = createVendorFetch(tools.fetch, 'Instagram')

  const ask = <T>({ secrets, ...request }: GraphRequest<T>) =>
    askInstagram(fetch, { ...request, secrets: [appSecret, ...secrets] })

  /** Exchanges a code for a token of an hour, and that token at once for a token of 60 days. */
  const exchange = async (code: string, redirectUri: string) => {
    const app = { client_id: appId, client_secret: appSecret }
    const short = await ask({
      url: hosts.shortToken,
      form: { ...app, grant_type: 'authorization_code', redirect_uri: redirectUri, code },
      schema: shortTokenSchema,
      refusedAs: 'invalid',
      secrets: [code],
    })
    const missing = scopes.filter((scope) => short.permissions?.includes(scope) === false)
    if (missing.length > 0)
      throw new VendorRefused('missing_permission', `Not allowed: ${missing.join(', ')}.`)
    const { access_token } = short
    return ask({
      url: hosts.longToken,
      query: { grant_type: 'ig_exchange_token', client_secret: appSecret, access_token },
      schema: longTokenSchema,
      refusedAs: 'invalid',
      secrets: [code, access_token],
    })
  }

  const readMe = (token: string, refusedAs: RefusedAs) => ask(meRequest(hosts.me, token, refusedAs))

  return {
    provider: 'instagram',
    use: 'channel',
    checkEveryMs: dayMs,
    oauth: {
      begins: z.looseObject({}).optional(),
      async begin({ state, redirectUri, again }) {
        const url = new URL(hosts.authorize)
        const query = { client_id: appId, redirect_uri: redirectUri, response_type: 'code', state }
        for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
        url.searchParams.set('scope', scopes.join(','))
        if (again) url.searchParams.set('force_reauth', 'true')
        return { url: url.href, kept: {} }
      },
      async finish(answer, _kept, redirectUri) {
        const { access_token, expires_in } = await exchange(codeIn(answer), redirectUri)
        const me = await readMe(access_token, 'invalid')
        return connected(me, access_token, now() + expires_in * 1000)
      },
    },

    async check(credentials, expiresAt): Promise<Checked> {
      const { access_token } = usableCredentials(storedSchema, credentials)
      await readMe(access_token, 'revoked')
      if (expiresAt !== null && expiresAt - now() > renewBeforeEndMs) return {}
      const request = { url: hosts.refresh, query: { grant_type: 'ig_refresh_token', access_token } }
      const renewal = ask({
        ...request,
        ...{ schema: longTokenSchema, refusedAs: 'revoked', secrets: [access_token] },
      })
      const renewed = await (expiresAt === null ? unlessTooYoung(renewal) : renewal)
      if (!renewed) return {}
      return {
        renewed: {
          credentials: { ...credentials, access_token: renewed.access_token },
          expiresAt: now() + renewed.expires_in * 1000,
        },
      }
    },
  }
}

/** Ignores the refusal of an imported token that may be too young for a renewal. The next check tries again. */
async function unlessTooYoung<T>(renewal: Promise<T>): Promise<T | undefined> {
  try {
    return await renewal
  } catch (error) {
    if (error instanceof VendorRefused && error.reason !== 'revoked') return undefined
    throw error
  }
}

function meRequest(url: URL, token: string, refusedAs: RefusedAs): GraphRequest<Me> {
  const query = { fields: 'id,user_id,username,account_type' }
  return { url, query, token, schema: meSchema, refusedAs, secrets: [token] }
}

/** Returns the code of the callback. Instagram may put `#_` behind it. */
function codeIn(answer: URLSearchParams): string {
  const error = answer.get('error')
  if (error !== null) {
    const isDenial = error === 'access_denied' || answer.get('error_reason') === 'user_denied'
    // Any visitor can write a callback, so its words are not repeated.
    const words = isDenial ? 'Instagram was not connected.' : 'Instagram refused the request.'
    throw new VendorRefused(isDenial ? 'denied' : 'invalid', words, vendorCode(error))
  }
  const code = answer.get('code')?.replace(/#_$/, '')
  if (!code) throw new VendorRefused('invalid', 'Instagram sent no code.')
  return code
}

/** Kinds of accounts that may publish. Their spelling varies: `MEDIA_CREATOR`, `Media_Creator`. An absent kind says nothing. */
const suitable: ReadonlySet<string> = new Set(['business', 'media_creator', 'creator', ''])

function connected({ user_id, id, username, account_type }: Me, token: string, expiresAt: number): Connected {
  const kind = account_type.toLowerCase().replace(/[\s-]+/g, '_')
  if (!suitable.has(kind))
    throw new VendorRefused('unsuitable', `@${username} is not a professional account.`, kind.slice(0, 40))
  return {
    credentials: { provider: 'instagram', access_token: token, user_id },
    account: `@${username}`,
    // Callbacks about deleted data name this ID.
    accountId: id ?? user_id,
    expiresAt,
    settings: {},
  }
}
