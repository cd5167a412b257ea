/** Node process: services wired with the providers that Node can run. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { pause } from '../base/time.ts'
import type { ConfigSource } from '../ports/config-source.ts'
import type { ImageReducer } from '../ports/images.ts'
import { type Metrics, noMetrics } from '../ports/metrics.ts'
import { createLocalAssets } from '../providers/assets/local-assets.ts'
import { sha256 } from '../providers/digest/node-hash.ts'
import { openKeyValueStore } from '../providers/kv-stores.ts'
import { providerVariables } from '../providers/registry.ts'
import { createServices, type Services } from '../runtime/services.ts'
import { parseSettings, type Settings } from '../runtime/settings/settings.ts'
import { createLogger } from '../runtime/telemetry/log.ts'
import { createFileConfigSource } from '../runtime/tenancy/file-config-source.ts'
import { createOrchestratorClient } from '../runtime/tenancy/orchestrator-client.ts'
import { lateReducer } from './late.ts'
import { type NodeProviders, nodeProviders } from './providers.ts'
import { storeTools } from './shared-store.ts'

export interface NodeHostOptions {
  /** Environment; see docs/configuration.md. */
  variables: Readonly<Record<string, string | undefined>>
  /** Receives one log line. Default: standard output. */
  write?: (line: string) => void
  /** Directory of the built web app. Default: `dist/ui` of this package. */
  uiDirectory?: string
  /** Adds, replaces or removes providers of the registries. Default: all of them. */
  providers?(installed: NodeProviders): NodeProviders
  now?: () => number
  /** Time for more notes about photos to share one write. Default 2000. */
  indexDelayMs?: number
}

/** Directory of the web app: next to the sources in a checkout, next to the compiled files in the package. */
const builtUi = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/ui/' : '../../ui/', import.meta.url),
)

/** Memory for pictures that analyses make for publishing: a dozen of the largest. */
const readyPictureBytes = 16 * 2 ** 20

const defaultIndexDelayMs = 2000

/** Wires a process without a server, for jobs. Throws `SettingsError` for an invalid environment. */
export async function createNodeServices(options: NodeHostOptions): Promise<Services> {
  return (await createNodeProcess(options)).services
}

export interface NodeProcess {
  services: Services
  /** Makes the health routes report that the process is about to end. Writes notes about photos at once. */
  endsSoon(): void
  /** Closes connections to other programs. */
  release(): void
}

/** Wires a process, with the functions to end it. Throws `SettingsError` for an invalid environment. */
export async function createNodeProcess(options: NodeHostOptions): Promise<NodeProcess> {
  const { variables, write = console.log, now = Date.now, providers = (installed) => installed } = options
  const { indexDelayMs = defaultIndexDelayMs } = options
  const settings = parseSettings(variables, providerVariables)
  const metrics = await metricsOf(settings, variables)
  const log = createLogger({ level: settings.logLevel, write, now, onLine: metrics.logged })
  const tools = await storeTools({ settings, variables, log, metrics, now })
  const { kv, counter, invalidations, close } = openKeyValueStore(tools, variables)
  const ending = new AbortController()
  const services = createServices({
    settings,
    source: configSource(settings, now),
    kv,
    counter,
    invalidations,
    isDraining: () => ending.signal.aborted,
    indexDelay: () => pauseUnlessEnding(ending.signal, indexDelayMs),
    placeholderOf: async (picture) =>
      (await import('../providers/images/sharp-placeholder.ts')).placeholderOf(picture),
    readyPictureBytes,
    images: await reducerOf(metrics),
    digest: sha256,
    assets: await createLocalAssets({ directory: options.uiDirectory ?? builtUi }),
    log,
    metrics,
    now,
    runLater: (work, ms) => void setTimeout(work, ms).unref(),
    ...providers(nodeProviders({ settings, variables, now })),
  })
  return {
    services,
    endsSoon: () => ending.abort(),
    release: () => close?.(),
  }
}

/** Waits until notes about photos are written. The only error of the pause is the end of the process. */
function pauseUnlessEnding(ending: AbortSignal, ms: number): Promise<void> {
  return pause(ms, ending).catch(() => undefined)
}

/** Returns metrics if a token lets operators read them. Without a token, counts nothing and loads no library. */
async function metricsOf(
  { metricsToken }: Settings,
  variables: NodeHostOptions['variables'],
): Promise<Metrics> {
  if (!metricsToken) return noMetrics
  const { createNodeMetrics } = await import('./process-metrics.ts')
  return createNodeMetrics(variables.DYNO)
}

/** Returns the reducer, loaded at its first use. With metrics it is loaded now, since it adds gauges. */
async function reducerOf(metrics: Metrics): Promise<ImageReducer> {
  const load = async () => {
    const { createSharpReducer } = await import('../providers/images/sharp.ts')
    return createSharpReducer({ metrics })
  }
  return metrics === noMetrics ? lateReducer(load) : load()
}

function configSource(settings: Settings, now: () => number): ConfigSource {
  const { configSource: source, baseDomain, callbackHost } = settings
  if (source.kind === 'file') {
    return createFileConfigSource({ read: () => readFile(source.path, 'utf8'), baseDomain })
  }
  return createOrchestratorClient({ ...source, probeHost: callbackHost, now })
}
