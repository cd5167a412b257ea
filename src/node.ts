/** The Node host (Heroku, or any Node 24): `node src/node.ts` serves with what the environment says. */
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { ErrorCode } from './base/errors.ts'
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
import { nodeProviders } from './node/providers.ts'
import { openRedis, sharedStores } from './node/shared-store.ts'
import { startTracing } from './node/tracing.ts'
import type { Tracing } from './node/tracing-sdk.ts'
import { createUnreadBodies } from './node/unread-bodies.ts'
import { endWithHelp } from './node/usage.ts'
import type { ConfigSource } from './ports/config-source.ts'
import { type Metrics, noMetrics, type UncaughtKind } from './ports/metrics.ts'
import { createLocalAssets } from './providers/assets/local-assets.ts'
import { sha256 } from './providers/digest/node-hash.ts'
import { createSharpReducer } from './providers/images/sharp.ts'
import { providerVariables } from './providers/registry.ts'
import { clientOfLastForwarded, clientOfPeer } from './runtime/limits/client-address.ts'
import { createServices, type Services } from './runtime/services.ts'
import { parseSettings, type Settings, SettingsError } from './runtime/settings/settings.ts'
import { createLogger } from './runtime/telemetry/log.ts'
import { createFileConfigSource } from './runtime/tenancy/file-config-source.ts'
import { createOrchestratorClient } from './runtime/tenancy/orchestrator-client.ts'

export interface NodeHostOptions {
  /** The environment; see docs/configuration.md. */
  variables: Readonly<Record<string, string | undefined>>
  /** Takes one log line. Default: standard output. */
  write?: (line: string) => void
  /** Where the built web app lies. Default: `dist/ui` of this package. */
  uiDirectory?: string
  now?: () => number
}

export interface NodeHost {
  server: Server
  port: number
  services: Services
  /** Takes what goes wrong outside of requests. */
  faults: Faults
  /**
   * Ends what runs and resolves. New connections are taken for `lagMs` more (1500), busy ones are cut after `deadlineMs` (26,500), and
   * what goes on without its client ends 1.5 s later at the latest. Calling it again changes nothing.
   */
  close(lagMs?: number, deadlineMs?: number): Promise<void>
}

/** Beside the sources in a checkout, beside the compiled files in the package. */
const builtUi = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/ui/' : '../ui/', import.meta.url),
)

/** Where connections are cut, work that goes on without its client gets this much more. */
const afterworkMs = 1500

const countedAs: Readonly<Record<FaultKind, UncaughtKind>> = {
  'uncaught exception': 'exception',
  'unhandled rejection': 'rejection',
  'background work failed': 'background',
  'the adapter failed': 'adapter',
}

/** Wires a process of Node, without a server. Throws `SettingsError` for an environment that cannot work. */
export async function createNodeServices(options: NodeHostOptions): Promise<Services> {
  return (await createNodeProcess(options)).services
}

interface NodeProcess {
  services: Services
  endsSoon(): void
  /** Gives back what lies outside of this process. */
  release(): void
}

async function createNodeProcess(options: NodeHostOptions): Promise<NodeProcess> {
  const { variables, write = console.log, now = Date.now } = options
  const settings = parseSettings(variables, providerVariables)
  const metrics = await metricsOf(settings, variables)
  const log = createLogger({ level: settings.logLevel, write, now, onLine: metrics.logged })
  const redis = await openRedis({ settings, log, metrics, now })
  let isDraining = false
  const services = createServices({
    settings,
    source: configSource(settings, now),
    ...sharedStores(redis, now),
    isDraining: () => isDraining,
    images: createSharpReducer({ metrics }),
    digest: sha256,
    assets: await createLocalAssets({ directory: options.uiDirectory ?? builtUi }),
    log,
    metrics,
    now,
    ...nodeProviders({ settings, variables, now }),
  })
  return {
    services,
    endsSoon() {
      isDraining = true
    },
    release: () => redis?.close(),
  }
}

/** Starts a host. Throws `SettingsError` for an environment that cannot work. */
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
      // Without a router in front, whatever stands in its header is the client's own word.
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
    release()
  }
}

/** Loaded where somebody may read them: without a token nothing is counted. */
async function metricsOf(
  { metricsToken }: Settings,
  variables: NodeHostOptions['variables'],
): Promise<Metrics> {
  if (!metricsToken) return noMetrics
  const { createNodeMetrics } = await import('./node/process-metrics.ts')
  return createNodeMetrics(variables.DYNO)
}

function configSource(settings: Settings, now: () => number): ConfigSource {
  const { configSource: source, baseDomain, callbackHost } = settings
  if (source.kind === 'file') {
    return createFileConfigSource({ read: () => readFile(source.path, 'utf8'), baseDomain })
  }
  return createOrchestratorClient({ ...source, probeHost: callbackHost, now })
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => {
      server.off('error', reject)
      // A TCP server that listens has this kind of address.
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
  // Before anything else is waited for: who is told to end while the rest is loaded has taken requests already.
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
