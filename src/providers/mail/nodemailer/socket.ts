/** Opens the TCP connection to a tenant's mail server, to a checked address only. */
import { once } from 'node:events'
import { connect, type LookupFunction, type Socket } from 'node:net'

export interface SocketTarget {
  host: string
  port: number
  /** Resolves the name. Default: the system's way. */
  lookup: LookupFunction | undefined
  /** Patience until the connection stands, name resolution included. Milliseconds. */
  timeoutMs: number
}

/** Rejects with what the socket or the lookup ran into, or with the reason of `signal`. */
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
