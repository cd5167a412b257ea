/** Offers of a server: its OAuth endpoints and scopes (RFC 8414, Mastodon 4.3), or the defaults of older servers and relatives. */
import { z } from 'zod'
import { VendorRefused } from '../../vendor.ts'
import type { VendorAnswer } from '../../vendor-call.ts'

/** Makes a call to the server. Throws `VendorRefused` without an answer. */
export type AskServer = (url: URL, init?: RequestInit) => Promise<VendorAnswer>

export interface OAuthServer {
  /** Origin. */
  origin: string
  /** Issuer that an answer may name. `null`: the server names none. */
  issuer: string | null
  authorize: string
  token: string
  revoke: string
  /** Scopes to ask for, separated by spaces. */
  scopes: string
}

const metadataSchema = z.object({
  issuer: z.string().max(300).optional(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  revocation_endpoint: z.url().optional(),
  scopes_supported: z.array(z.string()).max(200).optional(),
})

const instanceSchema = z.object({ version: z.string().max(300) })

/** Needs of publishing, checking and confirming, each with the scopes that meet it, narrowest first. */
const needs = [
  ['profile', 'read:accounts', 'read'],
  ['write:media', 'write'],
  ['write:statuses', 'write'],
  ['read:statuses', 'read'],
] as const

/** Finds out what a server offers. Throws {@link VendorRefused}: `bad_address` if no Mastodon server answers at this origin. */
export async function discover(origin: string, ask: AskServer): Promise<OAuthServer> {
  const answer = await ask(new URL('/.well-known/oauth-authorization-server', origin))
  refuseRedirect(answer)
  const metadata = answer.status === 200 ? metadataSchema.safeParse(answer.body).data : undefined
  if (!metadata) return withoutMetadata(origin, ask)
  const { issuer, authorization_endpoint, token_endpoint, revocation_endpoint, scopes_supported } = metadata
  const revoke = revocation_endpoint ?? defaultsOf(origin).revoke
  const endpoints = [authorization_endpoint, token_endpoint, revoke]
  // Another server would get the app's secret, or show a page of its own.
  if (endpoints.some((endpoint) => new URL(endpoint).origin !== origin))
    throw new VendorRefused('bad_address', 'The server names another server for signing in.')
  return {
    origin,
    issuer: issuer ?? null,
    authorize: authorization_endpoint,
    token: token_endpoint,
    revoke,
    scopes: scopesFrom(scopes_supported ?? olderScopes),
  }
}

/** Scopes of servers before Mastodon 4.3, which do not name them. */
const olderScopes = needs.flatMap((scopes) => scopes.filter((scope) => scope !== 'profile'))

async function withoutMetadata(origin: string, ask: AskServer): Promise<OAuthServer> {
  const first = await ask(new URL('/api/v1/instance', origin))
  // Version 1 of the document is deprecated.
  const answer = first.status === 404 ? await ask(new URL('/api/v2/instance', origin)) : first
  refuseRedirect(answer)
  const version = instanceSchema.safeParse(answer.body).data?.version
  // A server that shows nothing to strangers may still be a Mastodon server.
  const isClosed = answer.status === 401 || answer.status === 403
  if (version === undefined && !isClosed) throw noServer()
  const isPixelfed = version?.includes('Pixelfed') === true
  return { ...defaultsOf(origin), scopes: scopesFrom(isPixelfed ? ['read', 'write'] : olderScopes) }
}

function defaultsOf(origin: string) {
  const at = (path: string) => new URL(path, origin).href
  return {
    origin,
    issuer: null,
    authorize: at('/oauth/authorize'),
    token: at('/oauth/token'),
    revoke: at('/oauth/revoke'),
  }
}

/** Returns the narrowest scopes that a server supports. */
function scopesFrom(supported: readonly string[]): string {
  const chosen = needs.map((scopes) => scopes.find((scope) => supported.includes(scope)) ?? scopes.at(-1))
  return [...new Set(chosen)].join(' ')
}

/** Returns the needs that the granted scopes do not meet. */
export function missingScopes(granted: string): string[] {
  const scopes = granted.split(/[\s,]+/)
  return needs.filter((need) => !need.some((scope) => scopes.includes(scope))).map(([narrowest]) => narrowest)
}

/** Refuses an answer that leads to another server. */
export function refuseRedirect({ status }: VendorAnswer): void {
  if (status >= 300 && status < 400)
    throw new VendorRefused('bad_address', 'The server has moved to another address.', String(status))
}

export function noServer(): VendorRefused {
  return new VendorRefused('bad_address', 'No Mastodon server answers at this address.')
}
