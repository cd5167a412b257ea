/** The orchestrator on a port. Node only. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createOrchestrator, type OrchestratorOptions } from './handlers/app.ts'
import { type WatchedFilesOptions, watchFiles } from './watched-files.ts'

export interface StartOptions extends Omit<OrchestratorOptions, 'registry'>, WatchedFilesOptions {
  /** 0 is a free one. */
  port: number
  hostname: string
}

export interface RunningOrchestrator {
  url: string
  port: number
  /** Takes no more calls and resolves when the running ones are answered, or after two seconds. */
  close(): Promise<void>
}

const drainMs = 2000
const sweepMs = 20
/** For a whole call and for its head: calls are small, so a slower one only holds a connection. */
const requestLimits = { requestTimeout: 10_000, headersTimeout: 5000, connectionsCheckingInterval: 1000 }

/** Starts it. Throws for files that cannot be used and for a port that is taken. */
export async function startOrchestrator(options: StartOptions): Promise<RunningOrchestrator> {
  const app = createOrchestrator({ ...options, registry: await watchFiles(options) })
  const server = createServer(requestLimits, getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  const { hostname } = options
  const port = await listen(server, options.port, hostname)
  let closed: Promise<void> | undefined
  return {
    port,
    url: `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`,
    close: () => {
      closed ??= drain(server)
      return closed
    },
  }
}

function listen(server: Server, port: number, hostname: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, hostname, () => {
      server.off('error', reject)
      // A listening TCP server has an address of this shape.
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** A connection that was busy stays open after its answer, so idle ones are closed again and again. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs)
    const cut = setTimeout(() => server.closeAllConnections(), drainMs)
    server.close(() => {
      clearInterval(sweep)
      clearTimeout(cut)
      resolve()
    })
  })
}
