/**
 * Servers that a tenant names (S3 `endpoint_url`, SMTP host, Mastodon instance) are on the public internet or are not
 * called at all (docs/security.md). This part judges addresses and names; src/node/public-lookup.ts judges what a name
 * resolves to.
 */
import ipaddr from 'ipaddr.js'
import { PublisherError } from './errors.ts'

/** The part of `fetch` that callers of vendors use. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

export interface EndpointRule {
  /** Lets private addresses and plain HTTP pass: `ALLOW_PRIVATE_ENDPOINTS`, for development. */
  allowPrivate: boolean
}

/** What all public IPv6 addresses begin with (RFC 4291, section 2.4; IANA "IPv6 Global Unicast Address Assignments"). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/** Azure answers each of its machines at an address from a public range ("What is IP address 168.63.129.16?"). */
const publicLookingMetadata = '168.63.129.16'

/**
 * Names that never belong to a public server: RFC 6761 (localhost; `localdomain` stands beside it in hosts files),
 * RFC 6762 with its appendix G (local, and what home and company networks use), RFC 8375 (home.arpa), and `internal`,
 * which ICANN keeps for private use.
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
 * Whether an IPv4 or IPv6 address in standard notation belongs to a public server. Everything in IANA's special-purpose
 * registries is refused, and with it all addresses that carry another one inside (IPv4-mapped and -compatible, NAT64,
 * 6to4, Teredo), whatever they carry: no storage is published under one.
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
 * Whether a host may be a public server: a name or an address in any notation that a resolver or a URL understands, without
 * a port. Says nothing of what a name resolves to.
 */
export function isPublicHost(host: string): boolean {
  const canonical = canonicalHost(host)
  if (canonical === null) return false
  if (canonical.startsWith('[')) return isPublicAddress(canonical.slice(1, -1))
  if (ipaddr.IPv4.isValidFourPartDecimal(canonical)) return isPublicAddress(canonical)
  return isPublicName(canonical)
}

/** Throws `endpoint_refused` unless {@link isPublicHost}. For servers that are named without a URL. */
export function assertPublicHost(host: string, { allowPrivate }: EndpointRule): void {
  if (!allowPrivate && !isPublicHost(host)) throw endpointRefused(notPublic, host)
}

/**
 * Gives the parsed URL of a server. Throws `endpoint_refused` for anything but https (and http, where private ones are
 * allowed), for a URL with user information, which would travel to logs, and unless {@link isPublicHost}.
 */
export function assertPublicEndpoint(endpoint: string | URL, { allowPrivate }: EndpointRule): URL {
  const url = URL.parse(endpoint)
  if (!url) throw endpointRefused('it is no web address', 'not a URL')
  const isWeb = url.protocol === 'https:' || (allowPrivate && url.protocol === 'http:')
  if (!isWeb) throw endpointRefused('it has to begin with https://', `${url.protocol}//${url.host}`)
  if (url.username !== '' || url.password !== '') {
    throw endpointRefused('it must not hold a user name or a password', url.host)
  }
  assertPublicHost(url.hostname, { allowPrivate })
  return url
}

/**
 * Gives a fetch that checks the URL of each request and follows no redirect: the caller gets the 3xx answer, so that
 * neither a signature nor a photo travels to where a vendor points. Rejects with `endpoint_refused`.
 *
 * On Workers this is the whole of our side. What a name resolves to is left to the platform, which sends subrequests out
 * through Cloudflare's network, where there are no private addresses to be reached, and refuses addresses in place of
 * names (Cloudflare Workers documentation, "Known issues: Fetch to IP addresses"; facts/cloudflare-workers.md). Locally,
 * in Miniflare, the platform's part is missing.
 */
export function guardedFetch({ allowPrivate, fetch }: EndpointRule & { fetch: Fetch }): Fetch {
  return async (input, init) => {
    const isAddress = typeof input === 'string' || input instanceof URL
    const url = assertPublicEndpoint(isAddress ? input : input.url, { allowPrivate })
    return fetch(isAddress ? url : input, { ...init, redirect: 'manual' })
  }
}

/** The `endpoint_refused` for an address that a host name resolved to. */
export function addressRefused(host: string, address: string): PublisherError {
  return endpointRefused(notPublic, `${host} at ${address}`)
}

const notPublic = 'it does not lead to a server on the public internet'

/** `found` goes to the log only: what a name resolves to is nobody's business outside. */
function endpointRefused(reason: string, found: string): PublisherError {
  const message = `A server in this site's configuration is refused: ${reason}. Correct its address there.`
  return new PublisherError('endpoint_refused', message, { cause: new Error(`refused: ${found}`) })
}

/** What a URL parser would drop, decode or take for another part; none of it belongs to a host. */
const notOfAHost = /[\p{Cc}\s/\\?#@%]/u

/**
 * The host as the URL standard writes it ("host parsing"): lower case, ASCII, IPv4 in four decimal parts however it was
 * written (`0x7f.1`, `2130706433`, `0177.0.0.1`), IPv6 compressed in brackets, no trailing dot. `null`: not a host.
 */
function canonicalHost(host: string): string | null {
  if (notOfAHost.test(host) || (host.startsWith('[') && !host.endsWith(']'))) return null
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return URL.parse(`https://${bracketed}/`)?.hostname.replace(/\.$/, '') ?? null
}

/** A name without a dot is completed by the resolver's search list, or is a neighbour in a private network. */
function isPublicName(name: string): boolean {
  if (!name.includes('.') || name.split('.').includes('')) return false
  return !privateSuffixes.some((suffix) => name.endsWith(`.${suffix}`))
}
