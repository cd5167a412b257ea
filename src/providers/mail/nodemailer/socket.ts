/** Opens the TCP connection to a tenant's mail server, only to a checked address. */
import { once } from 'node:events'
import { connect, type LookupFunction, type Socket } from 'node:net'

export interface SocketTarget {
  host: string
  port: number
  /** Resolves the name. Default: the system's resolver. */
  lookup: LookupFunction | undefined
  /** Timeout of connecting, including name resolution. */
  timeoutMs: number
}

/** Connects. Rejects with the error of the socket or the lookup, or with the reason of `signal`. */
export async function openSocket(
  { host, port, lookup, timeoutMs }: SocketTarget,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted()
  const socket = connect({ host, port, ...(lookup && { lookup }) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
