/** Public origins of tenants' hosts, for addresses that are made outside a request. */
import { type Host, portOf } from '../../contract/host.ts'
import type { Settings } from '../settings/settings.ts'
import { originOf } from '../sign-in/return-address.ts'

export interface PublicOrigins {
  /** Returns the origin of a host, for example `https://alice.shibari.photo`. */
  of(host: Host): string
  /** Learns the port of this process from a raw host. Ports matter in development only. */
  learn(rawHost: string | null): void
}

/** Creates the origins of a process. In development, they have the port of the last request, or else `PORT`. */
export function createPublicOrigins(settings: Pick<Settings, 'forceHttps' | 'port'>): PublicOrigins {
  let port: string | null = String(settings.port)
  return {
    of: (host) => originOf(host, port, settings),
    learn(rawHost) {
      if (!settings.forceHttps && rawHost !== null) port = portOf(rawHost)
    },
  }
}
