/** OAuth client at Bluesky: its identifier, its key and its document (atproto.com, "OAuth", "Clients"). */
import { calculateJwkThumbprint, importJWK } from 'jose'
import { type Client, type ClientAuth, None, PrivateKeyJwt } from 'oauth4webapi'
import { z } from 'zod'
import { parseJson } from '../../../../src/base/json.ts'
import { VendorRefused } from '../../vendor.ts'

/** Rights on posts and pictures. Creating a post without overwriting any needs the right to update, which no set of rights holds. */
export const scope = 'atproto repo:app.bsky.feed.post blob:image/*'

export const clientPaths = {
  metadata: '/connect/bluesky/client-metadata.json',
  keys: '/connect/bluesky/jwks.json',
  callback: '/connect/bluesky/callback',
}

const keyPart = z.string().regex(/^[\w-]{43}$/)
const keySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: keyPart,
  y: keyPart,
  d: keyPart,
})
type ClientKey = z.output<typeof keySchema>

/** Parses the text of a private ES256 key. Returns `undefined` for any other text. */
export function parseClientKey(text: string): ClientKey | undefined {
  return keySchema.safeParse(parseJson(text)).data
}

/** The client's way to prove who it is. */
export interface BlueskyClient {
  client: Client
  auth: ClientAuth
}

/** Returns the public keys that servers read, as a JWK set. */
export async function publicKeysOf(key: ClientKey | undefined): Promise<{ keys: object[] }> {
  if (!key) return { keys: [] }
  const { kty, crv, x, y } = key
  return { keys: [{ kty, crv, x, y, kid: await calculateJwkThumbprint(key), alg: 'ES256', use: 'sig' }] }
}

/** Returns the client's document for servers. `origin` is the orchestrator's public origin. */
export function clientMetadata(origin: string): Readonly<Record<string, unknown>> {
  return {
    client_id: `${origin}${clientPaths.metadata}`,
    client_name: 'Publisher',
    client_uri: origin,
    application_type: 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [`${origin}${clientPaths.callback}`],
    scope,
    dpop_bound_access_tokens: true,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks_uri: `${origin}${clientPaths.keys}`,
  }
}

/**
 * Returns the identifier of the client that gets its answers at this address. With a key this is the address of its document. Without a key
 * it is the form for a developer's machine, which servers accept for the addresses 127.0.0.1 and [::1] only.
 */
export function clientIdFor(redirectUri: string, key: ClientKey | undefined): string {
  const { origin, hostname } = new URL(redirectUri)
  if (key) return `${origin}${clientPaths.metadata}`
  if (hostname !== '127.0.0.1' && hostname !== '[::1]')
    throw new VendorRefused('unavailable', 'Without a client key, use the address 127.0.0.1.')
  return `http://localhost?${new URLSearchParams({ redirect_uri: redirectUri, scope })}`
}

/** Returns the client of this identifier. Throws `unavailable` if its key is missing. */
export async function clientOf(id: string, key: ClientKey | undefined): Promise<BlueskyClient> {
  const client = { client_id: id }
  if (id.startsWith('http://localhost?')) return { client, auth: None() }
  if (!key) throw new VendorRefused('unavailable', 'The key of the OAuth client is missing.')
  const imported = await importJWK(key, 'ES256')
  if (imported instanceof Uint8Array) throw new TypeError('The key of the OAuth client is symmetric.')
  return { client, auth: PrivateKeyJwt({ key: imported, kid: await calculateJwkThumbprint(key) }) }
}
