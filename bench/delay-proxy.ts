/** A server some milliseconds away: forwards each request after a pause, and notes when it came and when its answer ended. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { pause } from '../src/base/time.ts'

export interface DelayedCall {
  path: string
  /** Times of `Date.now()`, as the caller sees them. */
  from: number
  to: number
}

export interface DelayProxy {
  url: string
  calls: DelayedCall[]
  close(): Promise<void>
}

/** Starts the proxy. `delayMs` passes once for each request: connections cost nothing. */
export async function startDelayProxy(target: string, delayMs: number): Promise<DelayProxy> {
  const { hostname, port } = new URL(target)
  const calls: DelayedCall[] = []
  const server = createServer(async (incoming, outgoing) => {
    const { method, url: path = '/', rawHeaders: headers } = incoming
    const call = { path, from: Date.now(), to: Number.NaN }
    calls.push(call)
    const body = await buffer(incoming)
    await pause(delayMs)
    const forwarded = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
      answer.once('end', () => {
        call.to = Date.now()
      })
    })
    forwarded.once('error', () => outgoing.destroy())
    forwarded.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
