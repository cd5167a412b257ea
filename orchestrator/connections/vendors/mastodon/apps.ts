/** Registers the operator's app at a server, once per server, redirect URI and scopes. */
import { z } from 'zod'
import { type VendorApp, type VendorAppKey, type VendorApps, VendorRefused } from '../../vendor.ts'
import { vendorWords } from '../../vendor-words.ts'
import { type AskServer, noServer, type OAuthServer, refuseRedirect } from './server.ts'
import { errorSchema, requestToken } from './tokens.ts'

const registeredSchema = z.object({
  client_id: z.coerce.string().min(1).max(1000),
  client_secret: z.string().min(1).max(1000),
})

const clientName = 'Photo publisher'

/** Returns the app for a server. Registers it if there is none, or if the server does not know it any more. Throws {@link VendorRefused}. */
export async function appAt(
  server: OAuthServer,
  redirectUri: string,
  apps: VendorApps,
  ask: AskServer,
): Promise<VendorApp> {
  const key = keyOf(server, redirectUri)
  const known = await apps.find(key)
  if (known && (await isKnown(server, known, ask))) return known
  const app = await register(server, redirectUri, ask)
  await apps.keep(key, app)
  return app
}

/** Returns the place of the app. */
export function keyOf({ origin, scopes }: Pick<OAuthServer, 'origin' | 'scopes'>, redirectUri: string) {
  return { server: origin, redirectUri, scopes } satisfies VendorAppKey
}

/** Servers before Mastodon 4.3 remove unused apps. The page of such a server would show an error to the person. */
async function isKnown(server: OAuthServer, app: VendorApp, ask: AskServer): Promise<boolean> {
  const answer = await requestToken(server, app, { grant_type: 'client_credentials' }, ask)
  return errorSchema.safeParse(answer.body).data?.error !== 'invalid_client'
}

async function register({ origin, scopes }: OAuthServer, redirectUri: string, ask: AskServer) {
  const form = {
    client_name: clientName,
    // A list of addresses works from Mastodon 4.3 on only.
    redirect_uris: redirectUri,
    scopes,
    website: new URL(redirectUri).origin,
  }
  const url = new URL('/api/v1/apps', origin)
  const answer = await ask(url, { method: 'POST', body: new URLSearchParams(form) })
  refuseRedirect(answer)
  if (answer.status === 404 || answer.status === 405) throw noServer()
  const registered = registeredSchema.safeParse(answer.body).data
  if (answer.status < 300 && registered)
    return { clientId: registered.client_id, clientSecret: registered.client_secret }
  const { error, error_description } = errorSchema.safeParse(answer.body).data ?? {}
  const words = vendorWords(error_description ?? error ?? '', [])
  throw new VendorRefused(
    'unavailable',
    words || 'The server takes no apps at the moment.',
    String(answer.status),
  )
}
