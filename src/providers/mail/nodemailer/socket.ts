/** Opens the connection to a tenant's mail server, only to a checked address. */
import { once } from 'node:events'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'

export interface SocketTarget {
  host: string
  port: number
  /** TLS from the first byte, with these certificates in place of the system's. `null`: no encryption so far. */
  tls: { ca?: string } | null
  /** Resolves the name. `null`: the system's resolver. */
  lookup: LookupFunction | null
  /** Timeout of connecting, including name resolution and TLS. */
  timeoutMs: number
}

/** Connects. Rejects with the error of the socket or the lookup, or with the reason of `signal`. */
export async function openSocket(
  { host, port, tls, lookup, timeoutMs }: SocketTarget,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted()
  const target = { host, port, ...(lookup && { lookup }) }
  const socket = tls
    ? connectSecurely({ ...target, ...tls, ...(isIP(host) === 0 && { servername: host }) })
    : connect(target)
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    await once(socket, tls ? 'secureConnect' : 'connect', { signal: limit })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
