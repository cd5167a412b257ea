/** Node host: the handlers behind Node's HTTP server, with its limits, its background work and its end. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ErrorCode } from '../base/error-codes.ts'
import { settlesWithin } from '../base/time.ts'
import { createHandler } from '../handlers/app.ts'
import { securityHeaders } from '../handlers/security-headers.ts'
import type { UncaughtKind } from '../ports/metrics.ts'
import { clientOfLastForwarded, clientOfPeer } from '../runtime/limits/client-address.ts'
import type { Services } from '../runtime/services.ts'
import { createBackgroundWork } from './background.ts'
import { cutMs, drain } from './drain.ts'
import { createEarlyRefusals } from './early-refusals.ts'
import { createFaults, type FaultKind, type Faults } from './faults.ts'
import { createHttpServer } from './http-server.ts'
import { createListener } from './listener.ts'
import { createNodeProcess, type NodeHostOptions } from './process.ts'
import { createUnreadBodies } from './unread-bodies.ts'

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
  services.origins.learn(`:${port}`)
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
