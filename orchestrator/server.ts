/** Serves the orchestrator over HTTP. Node only. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createOrchestrator, type OrchestratorOptions } from './contract/app.ts'

export interface StartOptions extends OrchestratorOptions {
  /** 0 selects a free port. */
  port: number
  hostname: string
  /** Answers requests for pages of people. Returns `undefined` for calls of the contract. */
  answerPeople?: ((request: Request) => Response | Promise<Response> | undefined) | undefined
  /** Time limit for receiving a call, headers and body. Then Node answers 408. Default 15,000. */
  requestTimeoutMs?: number
}

export interface RunningOrchestrator {
  url: string
  port: number
  /** Stops accepting calls. Resolves when running calls are answered, or after two seconds. */
  close(): Promise<void>
}

const drainMs = 2000
const sweepMs = 20
/** Default time limit, far above the publisher's own timeout (3 s by default). */
const defaultRequestTimeoutMs = 15_000
/** Longest idle time of a connection. Node's default of 5 s is shorter than the pauses of a quiet fleet, and a close may cross a call. */
const keepAliveMs = 65_000
/** Upper bound on connections. Each process of the publisher keeps a handful. */
const maxConnections = 1000

/** Starts the server. Throws for a port in use. */
export async function startOrchestrator(options: StartOptions): Promise<RunningOrchestrator> {
  const app = createOrchestrator(options)
  const { requestTimeoutMs = defaultRequestTimeoutMs, answerPeople } = options
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 10),
      keepAliveTimeout: keepAliveMs,
    },
    getRequestListener((request) => answerPeople?.(request) ?? app.fetch(request), {
      overrideGlobalObjects: false,
    }),
  )
  server.maxConnections = maxConnections
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

/** Closes idle connections repeatedly, because a busy connection stays open after its answer. */
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
