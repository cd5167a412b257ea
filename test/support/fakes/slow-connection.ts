/** A proxy to a server on loopback that delays every byte, as between two data centres. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface SlowLine extends AsyncDisposable {
  /** The server's address with the proxy's port. */
  url: string
}

/** Opens a proxy to the server of this address. `lagMs` applies to each direction. */
export async function openSlowLine(to: string, lagMs: number): Promise<SlowLine> {
  const target = new URL(to)
  const sockets = new Set<Socket>()
  const pass = (from: Socket, into: Socket) => {
    sockets.add(from)
    from.on('data', (chunk) => setTimeout(() => into.write(chunk), lagMs))
    from.on('close', () => into.destroy())
    from.on('error', () => into.destroy())
  }
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    pass(near, far)
    pass(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The server has no TCP port.')
  const url = new URL(to)
  url.port = String(address.port)
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
