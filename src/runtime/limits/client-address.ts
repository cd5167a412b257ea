/**
 * Client addresses, by which limits tell clients apart. The host chooses the function, because a header is trustworthy only behind the
 * platform that sets it.
 */
import ipaddr from 'ipaddr.js'

declare const clientBrand: unique symbol
/** An IPv4 address, the /64 network of an IPv6 address, or `unknown`. Never longer than 24 characters. */
export type ClientAddress = string & { readonly [clientBrand]: true }

/** Reads one request header; several lines of the same name are joined by commas (RFC 9110, section 5.3). */
type ReadHeader = (name: string) => string | null | undefined

/** Returns the address of the client. `peer` is the address at the other end of the socket. */
export type ClientOf = (header: ReadHeader, peer: string | undefined) => ClientAddress

/** Client of a direct connection without a proxy, as in development. */
export const clientOfPeer: ClientOf = (_header, peer) => clientAddress(peer)

/**
 * Client behind exactly one proxy that appends to `X-Forwarded-For`, such as Heroku's router ("HTTP Routing"). The proxy wrote the last
 * entry; the client may have forged all earlier entries. Behind two proxies, all clients of the outer proxy would share its address.
 */
export const clientOfLastForwarded: ClientOf = (header, peer) =>
  clientAddress(withoutPort(lastEntry(header('x-forwarded-for') ?? '')), clientAddress(peer))

/** Returns the last non-empty entry of a list (RFC 9110, section 5.6.1.2). */
function lastEntry(list: string): string {
  let end = list.length
  while (end > 0) {
    const start = list.lastIndexOf(',', end - 1) + 1
    const entry = list.slice(start, end).trim()
    if (entry !== '') return entry
    end = start - 1
  }
  return ''
}

const ipv4WithPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/
const bracketed = /^\[([0-9A-Fa-f:.]{2,45})\](?::\d{1,5})?$/

/** Removes the port that some proxies add. With IPv6 a port needs brackets (Azure, and `Forwarded` in RFC 7239, section 6). */
function withoutPort(entry: string): string {
  return ipv4WithPort.exec(entry)?.[1] ?? bracketed.exec(entry)?.[1] ?? entry
}

/** Client of a Worker. Cloudflare overwrites any `CF-Connecting-IP` that the client sent ("HTTP headers"). */
export const clientOfCloudflare: ClientOf = (header) => clientAddress(header('cf-connecting-ip'))

// The cast is sound: the brand allows this literal.
const unknown = 'unknown' as ClientAddress

/**
 * Normalises an address. An IPv4 address mapped into IPv6 becomes plain IPv4. An IPv6 address is cut to its /64, since each home or
 * server controls at least a whole /64 (RFC 6177).
 */
function clientAddress(address: string | null | undefined, otherwise = unknown): ClientAddress {
  if (!address || !isAddress(address)) return otherwise
  const parsed = ipaddr.process(address)
  const text =
    parsed instanceof ipaddr.IPv6
      ? `${parsed.parts
          .slice(0, 4)
          .map((part) => part.toString(16))
          .join(':')}::/64`
      : parsed.toString()
  return text as ClientAddress
}

/** Upper bound on an address in characters: eight groups of IPv6, the last two as IPv4, and a zone. */
const maxAddressLength = 64

/** Accepts only standard notation; proxies write no other. */
function isAddress(address: string): boolean {
  if (address.length > maxAddressLength) return false
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)
}
