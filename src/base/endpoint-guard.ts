/**
 * Refuses servers outside the public internet when a tenant names them: S3 `endpoint_url`, SMTP host, Mastodon instance
 * (docs/security.md). This module checks addresses and names; src/node/public-lookup.ts checks the addresses that a name
 * resolves to.
 */
import ipaddr from 'ipaddr.js'
import { PublisherError } from './errors.ts'

/** Subset of `fetch` that vendor clients use. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

export interface EndpointRule {
  /** Allows private addresses and plain HTTP in development (`ALLOW_PRIVATE_ENDPOINTS`). */
  allowPrivate: boolean
}

/** Prefix of all public IPv6 addresses (RFC 4291, section 2.4; IANA "IPv6 Global Unicast Address Assignments"). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/** Address in a public range at which Azure serves platform services to its machines ("What is IP address 168.63.129.16?"). */
const publicLookingMetadata = '168.63.129.16'

/**
 * Name suffixes that never belong to a public server. Sources: RFC 6761 (localhost), hosts files (localdomain),
 * RFC 6762 and its appendix G (local, and suffixes of home and company networks), RFC 8375 (home.arpa).
 * ICANN reserves `internal` for private use.
 */
const privateSuffixes = [
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'home.arpa',
]

/**
 * Checks if an IPv4 or IPv6 address in standard notation belongs to a public server. Refuses all of IANA's
 * special-purpose ranges. Also refuses every address that embeds an IPv4 address (mapped, compatible, NAT64, 6to4,
 * Teredo), because no storage is published under such an address.
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    const parsed = ipaddr.IPv4.parse(address)
    return parsed.range() === 'unicast' && parsed.toString() !== publicLookingMetadata
  }
  if (!ipaddr.IPv6.isValid(address)) return false
  const parsed = ipaddr.IPv6.parse(address)
  return parsed.zoneId === undefined && parsed.range() === 'unicast' && parsed.match(globalUnicast)
}

/**
 * Checks if a host, given without a port, may be a public server. Accepts a name, or an address in any notation that a resolver or
 * a URL understands. Does not resolve names.
 */
export function isPublicHost(host: string): boolean {
  const canonical = canonicalHost(host)
  if (canonical === null) return false
  if (canonical.startsWith('[')) return isPublicAddress(canonical.slice(1, -1))
  if (ipaddr.IPv4.isValidFourPartDecimal(canonical)) return isPublicAddress(canonical)
  return isPublicName(canonical)
}

/** Throws `endpoint_refused` unless {@link isPublicHost}. For servers that a configuration names without a URL. */
export function assertPublicHost(host: string, { allowPrivate }: EndpointRule): void {
  if (!allowPrivate && !isPublicHost(host)) throw endpointRefused(notPublic, host)
}

/**
 * Parses the URL of a server. Throws `endpoint_refused` unless the URL is https and {@link isPublicHost}. With
 * `allowPrivate`, http and private hosts pass too. Refuses user information, because the URL may end up in logs.
 */
export function assertPublicEndpoint(endpoint: string | URL, { allowPrivate }: EndpointRule): URL {
  const url = URL.parse(endpoint)
  if (!url) throw endpointRefused('it is not a URL', 'not a URL')
  const isWeb = url.protocol === 'https:' || (allowPrivate && url.protocol === 'http:')
  if (!isWeb) throw endpointRefused('it must start with https://', `${url.protocol}//${url.host}`)
  if (url.username !== '' || url.password !== '') {
    throw endpointRefused('it must not contain a user name or password', url.host)
  }
  assertPublicHost(url.hostname, { allowPrivate })
  return url
}

/**
 * Creates a fetch that checks the URL of each request and does not follow redirects. The caller gets the 3xx response, so
 * a vendor cannot send a signature or a photo to another server. Rejects with `endpoint_refused`.
 *
 * On Workers, this is our only check, and the platform limits the addresses that a name resolves to. Cloudflare's
 * network reaches no private addresses, and Workers refuse IP addresses in place of names (Cloudflare Workers
 * documentation, "Known issues: Fetch to IP addresses"). Miniflare lacks these limits.
 */
export function guardedFetch({ allowPrivate, fetch }: EndpointRule & { fetch: Fetch }): Fetch {
  return async (input, init) => {
    const isAddress = typeof input === 'string' || input instanceof URL
    const url = assertPublicEndpoint(isAddress ? input : input.url, { allowPrivate })
    return fetch(isAddress ? url : input, { ...init, redirect: 'manual' })
  }
}

/** Creates the `endpoint_refused` error for an address that a host name resolved to. */
export function addressRefused(host: string, address: string): PublisherError {
  return endpointRefused(notPublic, `${host} at ${address}`)
}

const notPublic = 'it does not point to a server on the public internet'

/** Keeps `found` in the cause, for the log only: clients must not learn which address a name resolves to. */
function endpointRefused(reason: string, found: string): PublisherError {
  const message = `A server address in this site's configuration was refused: ${reason}. Correct the address in the configuration.`
  return new PublisherError('endpoint_refused', message, { cause: new Error(`refused: ${found}`) })
}

/** Characters that a URL parser would drop, decode, or read as the end of the host. */
const notOfAHost = /[\p{Cc}\s/\\?#@%]/u

/**
 * Normalises a host as the URL standard does ("host parsing"): lower case, ASCII, no trailing dot. Writes IPv4 as four
 * decimal parts (from `0x7f.1`, `2130706433`, `0177.0.0.1`) and IPv6 compressed in brackets. Returns `null` if the text is not a host.
 */
function canonicalHost(host: string): string | null {
  if (notOfAHost.test(host) || (host.startsWith('[') && !host.endsWith(']'))) return null
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return URL.parse(`https://${bracketed}/`)?.hostname.replace(/\.$/, '') ?? null
}

/** Refuses names without a dot: the resolver's search list completes them, or they name a machine in a private network. */
function isPublicName(name: string): boolean {
  if (!name.includes('.') || name.split('.').includes('')) return false
  return !privateSuffixes.some((suffix) => name.endsWith(`.${suffix}`))
}
