/** Name resolution to public addresses only, for connections to servers that tenants name. */
import { Resolver } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { addressRefused, isPublicAddress } from '../base/endpoint-guard.ts'

/** Returns all addresses of a name. Rejects if the name has no address. */
export type ResolveAddresses = (hostname: string) => Promise<readonly string[]>

export interface AddressResolverOptions {
  /** Name servers as `address` or `address:port`. Default: the system's. */
  servers?: readonly string[]
  /** Timeout of one query, which is sent twice. Default 2,000. */
  timeoutMs?: number
}

/**
 * Creates a resolver that asks name servers only, since tenants must not use the hosts file or search list of this machine. Unlike
 * `dns.lookup`, it occupies no thread of libuv's pool, so a tenant's silent name server cannot delay other tenants. IPv4 comes first, since
 * Heroku has no outgoing IPv6.
 */
export function createAddressResolver(options: AddressResolverOptions = {}): ResolveAddresses {
  const { servers, timeoutMs = 2000 } = options
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 })
  if (servers) resolver.setServers(servers)
  return async (hostname) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason
    return [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  }
}

export interface PinnedLookupOptions {
  /** Default: {@link createAddressResolver}. */
  resolve?: ResolveAddresses
  /** Checks if connections to an address are allowed. Default: `isPublicAddress`. */
  isPublic?: (address: string) => boolean
}

/**
 * Creates a `lookup` for `net.connect` and `tls.connect` that fails with `endpoint_refused` if any address of a name is not public. The
 * socket connects to exactly the checked addresses, which defeats DNS rebinding. Sockets skip the lookup for literal addresses; check those
 * with `assertPublicHost` first.
 */
export function createPinnedLookup(options: PinnedLookupOptions = {}): LookupFunction {
  const { resolve = createAddressResolver(), isPublic = isPublicAddress } = options

  async function publicAddresses(hostname: string, family: 0 | 4 | 6) {
    const all = await resolve(hostname)
    const refused = all.find((address) => !isPublic(address))
    if (refused !== undefined) throw addressRefused(hostname, refused)
    const addresses = all
      .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      .filter((address) => family === 0 || address.family === family)
    const [first] = addresses
    if (!first) throw new Error(`${hostname} has no address of the requested family`)
    return { first, addresses }
  }

  return (hostname, { all, family }, callback) => {
    publicAddresses(hostname, familyOf(family)).then(
      ({ first, addresses }) => {
        if (all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), []),
    )
  }
}

function familyOf(family: number | 'IPv4' | 'IPv6' | undefined): 0 | 4 | 6 {
  if (family === 4 || family === 'IPv4') return 4
  return family === 6 || family === 'IPv6' ? 6 : 0
}
