/** The Node host (Heroku, or any Node 24): `node src/node.ts` serves with what the environment says. */
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createHandler } from './handlers/app.ts'
import { createBackgroundWork } from './node/background.ts'
import { sha256 } from './node/digest.ts'
import { drain } from './node/drain.ts'
import { createGuardedFetch } from './node/guarded-fetch.ts'
import { createLineWriter } from './node/line-writer.ts'
import { createListener } from './node/listener.ts'
import { createMailer } from './node/mailer.ts'
import { createOpenAiModel } from './providers/ai/openai.ts'
import { createLocalAssets } from './providers/assets/local-assets.ts'
import { createSharpReducer } from './providers/images/sharp.ts'
import { createMemoryKeyValueStore } from './providers/kv/memory.ts'
import { createDropboxStore } from './providers/storage/dropbox.ts'
import { createLocalStore } from './providers/storage/local.ts'
import { createS3Store } from './providers/storage/s3.ts'
import { publisherFactories } from './publishers.ts'
import { clientOfLastForwarded, clientOfPeer } from './runtime/client-address.ts'
import type { ConfigSource } from './runtime/config-source.ts'
import { createFileConfigSource } from './runtime/file-config-source.ts'
import { createLogger, describeError, type Logger } from './runtime/log.ts'
import { createOrchestratorClient } from './runtime/orchestrator-client.ts'
import { createServices, type Services } from './runtime/services.ts'
import { parseSettings, type Settings, SettingsError } from './runtime/settings.ts'
import type { SignedLinks } from './runtime/signed-links.ts'
import type { StorageFactories } from './runtime/tenant-runtime.ts'

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
  /** Stops taking requests and resolves when the running ones are answered. `lagMs`: how long new ones are still taken. */
  close(lagMs?: number): Promise<void>
}

/** Beside the sources in a checkout, beside the compiled files in the package. */
const builtUi = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/ui/' : '../ui/', import.meta.url),
)

/** Longer than the router keeps an idle connection (about 90 s), else it may pick one that is just being closed (H13). */
const keepAliveTimeoutMs = 95_000

/** Heroku kills 30 s after SIGTERM; work whose client has gone away has until then. */
const endingMs = 28_000

/** Wires a process of Node, without a server. Throws `SettingsError` for an environment that cannot work. */
export async function createNodeServices(options: NodeHostOptions): Promise<Services> {
  const { variables, write = console.log, now = Date.now } = options
  const settings = parseSettings(variables)
  return createServices({
    settings,
    source: configSource(settings, now),
    kv: createMemoryKeyValueStore({ now }),
    countsInKv: true,
    images: createSharpReducer(),
    digest: sha256,
    assets: await createLocalAssets({ directory: options.uiDirectory ?? builtUi }),
    log: createLogger({ level: settings.logLevel, write, now }),
    now,
    storages: (links) => storages(settings, links, now),
    publishers: publisherFactories({
      settings,
      mailer: createMailer({ allowPrivate: settings.allowPrivateEndpoints }),
    }),
    model: (credentials) => createOpenAiModel({ credentials, baseUrl: settings.openaiBaseUrl, now }),
  })
}

/** Starts a host. Throws `SettingsError` for an environment that cannot work. */
export async function startNodeHost(options: NodeHostOptions): Promise<NodeHost> {
  const services = await createNodeServices(options)
  const { settings, log } = services
  const background = createBackgroundWork(log)
  let closing = false
  const server = createServer(
    // Node's own refusal of a request without a Host has no request id.
    { requireHostHeader: false },
    createListener({
      handler: createHandler(services),
      // Without a router in front, whatever stands in its header is the client's own word.
      clientOf: settings.forceHttps ? clientOfLastForwarded : clientOfPeer,
      background,
      log,
      isClosing: () => closing,
    }),
  )
  server.keepAliveTimeout = keepAliveTimeoutMs
  server.headersTimeout = keepAliveTimeoutMs + 5000
  const port = await listen(server, settings.port)
  log.info('listening', { port, mode: services.source.kind })
  return {
    server,
    port,
    services,
    async close(lagMs) {
      closing = true
      const endsAt = Date.now() + endingMs
      await drain(server, lagMs)
      await background.settled(endsAt - Date.now())
    },
  }
}

function configSource(settings: Settings, now: () => number): ConfigSource {
  const { configSource: source, baseDomain, callbackHost } = settings
  if (source.kind === 'file') {
    return createFileConfigSource({ read: () => readFile(source.path, 'utf8'), baseDomain })
  }
  return createOrchestratorClient({ ...source, probeHost: callbackHost, now })
}

function storages(settings: Settings, links: SignedLinks, now: () => number): StorageFactories {
  const { allowPrivateEndpoints, dropboxApp, dropboxBaseUrl, localStorageRoot } = settings
  const guarded = createGuardedFetch({ allowPrivate: allowPrivateEndpoints })
  return {
    s3: (context, credentials) =>
      createS3Store({ ...context, credentials, allowPrivateEndpoints, fetch: guarded, now }),
    ...(dropboxApp && {
      dropbox: ({ paths }, credentials) =>
        createDropboxStore({ paths, credentials, app: dropboxApp, baseUrl: dropboxBaseUrl, now }),
    }),
    local: ({ host, paths }) =>
      createLocalStore({
        paths,
        baseDirectory: localStorageRoot,
        now,
        link: async (folder, name, expiresAt) => {
          const token = await links.sign(host, folder, name, expiresAt)
          return `/api/images/${encodeURIComponent(name)}/original?token=${token}`
        },
      }),
  }
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
  watchForFaults(log)
  let ending = false
  const end = async (signal: NodeJS.Signals) => {
    if (ending) return
    ending = true
    log.info('draining', { signal })
    await host.close()
    log.info('stopped')
    lines.flush()
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

/** One request's fault must not end the others. */
function watchForFaults(log: Logger): void {
  process.on('uncaughtException', (error) => log.error('uncaught exception', { error: describeError(error) }))
  process.on('unhandledRejection', (error) =>
    log.error('unhandled rejection', { error: describeError(error) }),
  )
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    const message = error instanceof SettingsError || error instanceof Error ? error.message : String(error)
    process.stderr.write(`${message}\n`)
    process.exit(1)
  })
}
