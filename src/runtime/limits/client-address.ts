/**
 * Who is counted as one client. The program that received the connection chooses the function, because a header says the
 * truth only behind the platform that sets it.
 */
import ipaddr from 'ipaddr.js'

declare const clientBrand: unique symbol
/** An IPv4 address, the /64 network of an IPv6 address, or `unknown`. At most 24 characters, whatever a client sends. */
export type ClientAddress = string & { readonly [clientBrand]: true }

/** Reads one request header, several lines of one name joined by commas (RFC 9110, section 5.3). */
type ReadHeader = (name: string) => string | null | undefined

/** `peer`: the address at the other end of the socket. */
export type ClientOf = (header: ReadHeader, peer: string | undefined) => ClientAddress

/** Nobody stands between: development, or a server of one's own without a proxy. */
export const clientOfPeer: ClientOf = (_header, peer) => clientAddress(peer)

/**
 * Behind one proxy that appends to `X-Forwarded-For`, as Heroku's router does ("HTTP Routing"): the last entry is the address
 * that the proxy saw, all before it are the client's own words. Behind two proxies it would be the first proxy's address, and
 * all its clients would count as one.
 */
export const clientOfLastForwarded: ClientOf = (header, peer) =>
  clientAddress(withoutPort(lastEntry(header('x-forwarded-for') ?? '')), clientAddress(peer))

/** The last entry of a list; empty ones do not count (RFC 9110, section 5.6.1.2). */
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

/** The address alone: some proxies add the port, which for IPv6 takes brackets (Azure, and `Forwarded` in RFC 7239, section 6). */
function withoutPort(entry: string): string {
  return ipv4WithPort.exec(entry)?.[1] ?? bracketed.exec(entry)?.[1] ?? entry
}

/** On Workers: Cloudflare sets `CF-Connecting-IP` itself, whatever the client sent ("HTTP headers"). */
export const clientOfCloudflare: ClientOf = (header) => clientAddress(header('cf-connecting-ip'))

// The literal is the third form that the brand promises.
const unknown = 'unknown' as ClientAddress

/**
 * An IPv4 address stays itself, also where it comes mapped into IPv6. Of IPv6 the first half counts: a home or a server is given
 * at least a /64, all of whose addresses it may use (RFC 6177).
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

/** Eight groups of IPv6, the last two as IPv4, and a zone. Characters. */
const maxAddressLength = 64

/** Standard notation only: a proxy writes no other. */
function isAddress(address: string): boolean {
  if (address.length > maxAddressLength) return false
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)
}
