/** Connects accounts on Mastodon, Pixelfed, GoToSocial, Pleroma or Akkoma, each on the server that the person names. */
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi'
import { z } from 'zod'
import type { Fetch } from '../../../src/base/endpoint-guard.ts'
import { usableCredentials } from '../usable-credentials.ts'
import {
  type Checked,
  type Connected,
  type OAuthFlow,
  type Vendor,
  type VendorApp,
  type VendorApps,
  VendorRefused,
  type VendorTools,
} from '../vendor.ts'
import { callVendor } from '../vendor-call.ts'
import { createVendorFetch } from '../vendor-fetch.ts'
import { vendorCode } from '../vendor-words.ts'
import { instanceOrigin } from './mastodon/address.ts'
import { appAt, keyOf } from './mastodon/apps.ts'
import { type AskServer, discover, missingScopes, noServer } from './mastodon/server.ts'
import { readAccount, requestToken, type TokenAnswer, tokensIn } from './mastodon/tokens.ts'

const dayMs = 86_400_000
/** Rest of a token's life in which a check renews it. Longer than the 7 days of the warning, so that a server may be down for days. */
const renewBeforeEndMs = 14 * dayMs

const instance = z
  .string()
  .min(1)
  .max(500)
  .meta({ description: 'Address of the server, or of a profile on it.', examples: ['mastodon.example'] })

/** Programs may use the name that credentials have. */
const valuesSchema = z.union([
  z.object({ instance }),
  z.object({ instance_url: instance }).transform(({ instance_url }) => ({ instance: instance_url })),
])

const keptSchema = z.object({
  origin: z.string(),
  issuer: z.string().nullable(),
  token: z.string(),
  scopes: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  verifier: z.string(),
})

/** Credentials of the contract, with what a renewal needs. */
const storedSchema = z.object({
  instance_url: z.url().transform((url) => new URL(url).origin),
  access_token: z.string().min(1),
  refresh_token: z.string().optional(),
  redirect_uri: z.string().optional(),
  scopes: z.string().optional(),
})
type Stored = z.output<typeof storedSchema>

/** Creates the vendor. Returns `undefined` without a store for the apps. */
export function createMastodonVendor(tools: VendorTools): Vendor | undefined {
  const { apps, now } = tools
  if (!apps) return undefined
  const fetch = createVendorFetch(knownNamesOnly(tools.guardedFetch), 'The server')
  const ask: AskServer = (url, init = {}) =>
    callVendor(fetch, 'The server', url, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
    })

  return {
    provider: 'mastodon',
    use: 'channel',
    checkEveryMs: dayMs,
    oauth: flowOn(tools, apps, ask),

    async check(credentials, expiresAt): Promise<Checked> {
      const stored = usableCredentials(storedSchema, credentials)
      const { refresh_token } = stored
      const isDue = expiresAt !== null && expiresAt - now() <= renewBeforeEndMs
      if (!isDue || refresh_token === undefined) {
        await readAccount(stored.instance_url, stored.access_token, 'revoked', ask)
        return {}
      }
      const renewed = await renew(stored, refresh_token, apps, ask)
      const tokens = {
        access_token: renewed.access_token,
        refresh_token: renewed.refresh_token ?? refresh_token,
      }
      return { renewed: { credentials: { ...credentials, ...tokens }, expiresAt: endOf(renewed, now()) } }
    },

    async revoke(credentials) {
      const stored = usableCredentials(storedSchema, credentials)
      const app = await appOf(stored, apps)
      if (!app) return
      const { revoke } = await discover(stored.instance_url, ask)
      const form = { client_id: app.clientId, client_secret: app.clientSecret, token: stored.access_token }
      await ask(new URL(revoke), { method: 'POST', body: new URLSearchParams(form) })
    },
  }
}

/** Tells a mistyped name from a server that does not answer. */
function knownNamesOnly(fetch: Fetch): Fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init)
    } catch (error) {
      const { cause } = error instanceof Error ? error : {}
      const isUnknown = cause instanceof Error && 'code' in cause && cause.code === 'ENOTFOUND'
      throw isUnknown ? noServer() : error
    }
  }
}

function flowOn(tools: VendorTools, apps: VendorApps, ask: AskServer): OAuthFlow {
  return {
    begins: valuesSchema,

    async begin({ state, redirectUri, values, language, again }) {
      const { instance } = valuesSchema.parse(values)
      const server = await discover(instanceOrigin(instance, tools), ask)
      const app = await appAt(server, redirectUri, apps, ask)
      const verifier = generateRandomCodeVerifier()
      const url = new URL(server.authorize)
      const query = {
        response_type: 'code',
        client_id: app.clientId,
        redirect_uri: redirectUri,
        scope: server.scopes,
        state,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        lang: language,
        ...(again && { force_login: 'true' }),
      }
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      const { origin, issuer, token, scopes } = server
      return { url: url.href, kept: { origin, issuer, token, scopes, ...app, verifier } }
    },

    async finish(answer, kept, redirectUri) {
      const { origin, issuer, scopes, verifier, ...begun } = keptSchema.parse(kept)
      const code = codeIn(answer, issuer)
      const grant = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }
      const response = await requestToken(begun, begun, grant, ask)
      const tokens = await tokensOrForget(() =>
        tokensIn(response, 'invalid', [begun.clientSecret, code, verifier]),
      )
      const missing = tokens.scope?.trim() ? missingScopes(tokens.scope) : []
      if (missing.length > 0)
        throw new VendorRefused('missing_permission', `Not allowed: ${missing.join(', ')}.`)
      const { name, id } = await readAccount(origin, tokens.access_token, 'invalid', ask)
      return connected(tokens, { origin, redirectUri, scopes, name, id, now: tools.now() })

      /** Forgets an app that the server does not know any more, so that the next try registers it anew. */
      async function tokensOrForget(read: () => TokenAnswer): Promise<TokenAnswer> {
        try {
          return read()
        } catch (error) {
          if (error instanceof VendorRefused && error.code === 'invalid_client')
            await apps.forget(keyOf({ origin, scopes }, redirectUri))
          throw error
        }
      }
    },
  }
}

/** Returns the code of the callback. Throws {@link VendorRefused}. */
function codeIn(answer: URLSearchParams, issuer: string | null): string {
  const error = answer.get('error')
  if (error !== null) {
    // Any visitor can write a callback, so its words are not repeated.
    const isDenial = error === 'access_denied'
    const words = isDenial ? 'The account was not connected.' : 'The server refused the request.'
    throw new VendorRefused(isDenial ? 'denied' : 'invalid', words, vendorCode(error))
  }
  const named = answer.get('iss')
  if (named !== null && issuer !== null && withoutSlash(named) !== withoutSlash(issuer))
    throw new VendorRefused('invalid', 'The answer came from another server.')
  const code = answer.get('code')
  if (!code) throw new VendorRefused('invalid', 'The server sent no code.')
  return code
}

function withoutSlash(address: string): string {
  return address.replace(/\/$/, '')
}

interface Account {
  origin: string
  redirectUri: string
  scopes: string
  name: string
  id: string
  now: number
}

function connected(tokens: TokenAnswer, { origin, redirectUri, scopes, name, id, now }: Account): Connected {
  const { access_token, refresh_token } = tokens
  const credentials = {
    provider: 'mastodon',
    instance_url: origin,
    access_token,
    ...(refresh_token !== undefined && { refresh_token }),
    redirect_uri: redirectUri,
    scopes,
  }
  return { credentials, account: name, accountId: id, expiresAt: endOf(tokens, now), settings: {} }
}

function endOf({ expires_in }: TokenAnswer, now: number): number | null {
  return expires_in === undefined ? null : now + expires_in * 1000
}

async function renew(stored: Stored, refreshToken: string, apps: VendorApps, ask: AskServer) {
  const app = await appOf(stored, apps)
  if (!app) throw new VendorRefused('unavailable', 'The app at the server is not known here any more.')
  const server = await discover(stored.instance_url, ask)
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken, scope: stored.scopes ?? '' }
  const secrets = [app.clientSecret, refreshToken, stored.access_token]
  return tokensIn(await requestToken(server, app, grant, ask), 'revoked', secrets)
}

/** Returns the app that got the tokens. */
async function appOf(
  { instance_url, redirect_uri, scopes }: Stored,
  apps: VendorApps,
): Promise<VendorApp | undefined> {
  if (redirect_uri === undefined || scopes === undefined) return undefined
  return apps.find(keyOf({ origin: instance_url, scopes }, redirect_uri))
}
