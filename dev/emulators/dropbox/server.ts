/** Serves an emulator on loopback, and can really break connections. */
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { ConnectionBroken } from './faults.ts'

export interface EmulatorServer {
  /** URL of the form `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string
  /** Stops at once and closes open connections. */
  close(): Promise<void>
}

export async function listenOnLoopback(
  fetch: (request: Request) => Promise<Response>,
  port: number,
): Promise<EmulatorServer> {
  const server = createServer(
    getRequestListener(
      async (request, { incoming }) => {
        try {
          return await fetch(request)
        } catch (error) {
          if (!(error instanceof ConnectionBroken)) throw error
          incoming.socket.destroy()
          return RESPONSE_ALREADY_SENT
        }
      },
      { overrideGlobalObjects: false },
    ),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}
