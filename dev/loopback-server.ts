/** HTTP server on a free port of 127.0.0.1, for proxies of the benchmark and the soak. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface LoopbackServer {
  port: number
  /** Ends all connections, also while they carry a request. */
  close(): Promise<void>
}

/** Starts the server. Where `respond` fails, the connection breaks off. */
export async function startLoopbackServer(
  respond: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>,
): Promise<LoopbackServer> {
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    port: address.port,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
