/**
 * Node host (Heroku, or any Node 24). `node src/node.ts` serves the galleries; docs/configuration.md lists its variables.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { startNodeHost } from 'shibari-publisher/node'
 *
 * const site = { tenant: 'alice', config: { storage: { provider: 'local', paths: { root: '/photos' } } } }
 * await writeFile('site.json', JSON.stringify(site))
 * const host = await startNodeHost({
 *   variables: { PORT: '0', CONFIG_FILE: 'site.json', WEB_SESSION_SECRET: 'x'.repeat(32) },
 *   write: () => undefined,
 * })
 * const response = await fetch(`http://127.0.0.1:${host.port}/health/ready`)
 * console.log(response.status)
 * await host.close(0)
 * ```
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ErrorCode } from './base/error-codes.ts'
import { settlesWithin } from './base/time.ts'
import { SettingsError } from './base/variables.ts'
import { createHandler } from './handlers/app.ts'
import { securityHeaders } from './handlers/security-headers.ts'
import { createBackgroundWork } from './node/background.ts'
import { cutMs, drain } from './node/drain.ts'
import { createEarlyRefusals } from './node/early-refusals.ts'
import { createEnding } from './node/ending.ts'
import { createFaults, type FaultKind, type Faults, watchProcess } from './node/faults.ts'
import { createHttpServer } from './node/http-server.ts'
import { createLineWriter } from './node/line-writer.ts'
import { createListener } from './node/listener.ts'
import { createNodeProcess, type NodeHostOptions } from './node/process.ts'
import { startTracing } from './node/tracing.ts'
import type { Tracing } from './node/tracing-sdk.ts'
import { createUnreadBodies } from './node/unread-bodies.ts'
import { endWithHelp } from './node/usage.ts'
import type { UncaughtKind } from './ports/metrics.ts'
import { clientOfLastForwarded, clientOfPeer } from './runtime/limits/client-address.ts'
import type { Services } from './runtime/services.ts'

export { createNodeServices, type NodeHostOptions } from './node/process.ts'

/** Running host. */
export interface NodeHost {
  server: Server
  /** Port that the server listens on, even if `PORT` is 0. */
  port: number
  services: Services
  /** Receives errors outside of requests. */
  faults: Faults
  /**
   * Ends the host. Accepts new connections for another `lagMs` (default 1500), and cuts busy connections after `deadlineMs`
   * (default 26,500). Waits for background work until 1.5 s after that deadline. Further calls change nothing.
   */
  close(lagMs?: number, deadlineMs?: number): Promise<void>
}

/** Extra time for background work after the deadline of connections. */
const afterworkMs = 1500
/** Longest wait for the last usage reports. */
const usageReportMs = 5000

const countedAs: Readonly<Record<FaultKind, UncaughtKind>> = {
  'uncaught exception': 'exception',
  'unhandled rejection': 'rejection',
  'background work failed': 'background',
  'the adapter failed': 'adapter',
}

/** Starts a host and resolves when it listens. Throws `SettingsError` for an invalid environment, and `EADDRINUSE`. */
export async function startNodeHost(options: NodeHostOptions): Promise<NodeHost> {
  const { services, endsSoon, release } = await createNodeProcess(options)
  const { settings, log, metrics } = services
  const faults = createFaults(log, (kind) => metrics.uncaught(countedAs[kind]))
  const background = createBackgroundWork(faults)
  let closing: Promise<void> | undefined
  const refuseEarly = createEarlyRefusals(securityHeaders(settings))
  const unreadBodies = createUnreadBodies()
  const onAnswered = (status: number, code?: ErrorCode) => {
    metrics.answered({ method: 'other', route: 'none', status, seconds: 0 })
    if (code) metrics.refused(code)
  }
  const server = createHttpServer({
    maxConnections: settings.maxConnections,
    refuseEarly,
    unreadBodies,
    onAnswered,
    listener: createListener({
      handler: createHandler(services),
      // Without a router in front, the client itself controls X-Forwarded-For.
      clientOf: settings.forceHttps ? clientOfLastForwarded : clientOfPeer,
      background,
      faults,
      isClosing: () => closing !== undefined,
      refuseEarly,
      unreadBodies,
      onAnswered,
    }),
  })
  const port = await listen(server, settings.port)
  log.info('listening', { port, mode: services.source.kind })
  return {
    server,
    port,
    services,
    faults,
    close(lagMs, deadlineMs) {
      closing ??= end(lagMs, deadlineMs)
      return closing
    },
  }

  async function end(lagMs?: number, deadlineMs?: number): Promise<void> {
    endsSoon()
    const endsAt = performance.now() + (deadlineMs ?? cutMs) + afterworkMs
    const connections = await drain(server, { lagMs, deadlineMs })
    const work = await background.settled(endsAt - performance.now())
    if (connections + work > 0) log.warn('cut off', { connections, background: work })
    await settlesWithin(services.requestMeter.flush(), Math.min(usageReportMs, endsAt - performance.now()))
    release()
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => {
      server.off('error', reject)
      // The cast is sound for a TCP server that listens.
      resolve((server.address() as AddressInfo).port)
    })
  })
}

async function main(): Promise<void> {
  const lines = createLineWriter(process.stdout)
  const host = await startNodeHost({ variables: process.env, write: lines.write })
  const { log } = host.services
  const tracing = Promise.withResolvers<Tracing>()
  const end = createEnding({
    log,
    close: () => host.close(),
    sendSpans: async (ms) => (await tracing.promise).end(ms),
    exit(code) {
      lines.flush()
      process.exit(code)
    },
  })
  // Register before any await: the process already serves requests when a signal arrives during the remaining start.
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  watchProcess(host.faults)
  tracing.resolve(startTracing(process.env, log))
  await tracing.promise
}

if (import.meta.main) {
  endWithHelp('npm start: serves the galleries; the environment is described in docs/configuration.md')
  main().catch((error: unknown) => {
    const message = error instanceof SettingsError || error instanceof Error ? error.message : String(error)
    process.stderr.write(`${message}\n`)
    process.exit(1)
  })
}
