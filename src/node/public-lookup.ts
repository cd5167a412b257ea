/** Name resolution that gives public addresses only, for connections to servers that tenants name. */
import { Resolver } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { addressRefused, isPublicAddress } from '../base/endpoint-guard.ts'

/** All addresses of a name. Rejects where it has none. */
export type ResolveAddresses = (hostname: string) => Promise<readonly string[]>

export interface AddressResolverOptions {
  /** Name servers as `address` or `address:port`. Default: the system's. */
  servers?: readonly string[]
  /** Patience with one query, which is sent twice. Milliseconds. Default 2,000. */
  timeoutMs?: number
}

/**
 * Makes a resolver that asks name servers only: the hosts file and the search list of this machine are not for tenants.
 * Nor does it take a thread of libuv's pool as `dns.lookup` does, so a tenant's silent name server cannot hold up the
 * photos of the others. IPv4 comes first, since Heroku has no way out by IPv6.
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
  /** Which addresses may be connected to. Default: `isPublicAddress`. */
  isPublic?: (address: string) => boolean
}

/**
 * Makes a `lookup` for `net.connect` and `tls.connect` that fails with `endpoint_refused` as soon as one address of a name is
 * not public. The socket connects to the very addresses that were judged, so a name whose answer changes in between (DNS
 * rebinding) gains nothing. Sockets ask no lookup for literal addresses: judge those with `assertPublicHost` before.
 */
export function createPinnedLookup(options: PinnedLookupOptions = {}): LookupFunction {
  const { resolve = createAddressResolver(), isPublic = isPublicAddress } = options

  async function publicAddresses(hostname: string, family: 0 | 4 | 6) {
    const all = await resolve(hostname)
    const refused = all.find((address) => !isPublic(address))
    if (refused !== undefined) throw addressRefused(hostname, refused)
    const addresses = all
      .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      .filter((one) => family === 0 || one.family === family)
    const [first] = addresses
    if (!first) throw new Error(`${hostname} has no address of the wanted kind`)
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
