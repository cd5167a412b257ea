/**
 * Workers host: the same handlers, with Cloudflare's KV, Images and assets behind the ports. The first request throws `SettingsError` for
 * an invalid environment.
 *
 * @example
 * ```ts
 * import worker, { type WorkerBindings } from 'shibari-publisher/worker'
 *
 * export default {
 *   ...worker,
 *   fetch: async (request, bindings, context) => {
 *     const response = await worker.fetch(request, bindings, context)
 *     console.log(response.status)
 *     return response
 *   },
 * } satisfies ExportedHandler<WorkerBindings>
 * ```
 */
import { assertPublicEndpoint, guardedFetch } from './base/endpoint-guard.ts'
import { SettingsError } from './base/variables.ts'
import { createHandler, type Handler } from './handlers/app.ts'
import { publishOnSchedule } from './jobs/publish-next.ts'
import { noMetrics } from './ports/metrics.ts'
import { createOpenAiModel } from './providers/ai/openai.ts'
import { createCloudflareAssets } from './providers/assets/cloudflare-assets.ts'
import { sha256 } from './providers/digest/cloudflare.ts'
import { createCloudflarePictureCache } from './providers/images/cloudflare/picture-cache.ts'
import { createCloudflareReducer, createUnavailableReducer } from './providers/images/cloudflare.ts'
import { openKeyValueStore } from './providers/kv-stores.ts'
import { createMailer } from './providers/mail/nodemailer.ts'
import { createPrometheusMetrics } from './providers/metrics/prometheus.ts'
import { model } from './providers/model.ts'
import { installPublishers } from './providers/publishers.ts'
import { providerVariables, vendors } from './providers/registry.ts'
import { installStorages } from './providers/storages.ts'
import { clientOfCloudflare } from './runtime/limits/client-address.ts'
import { originalLinks } from './runtime/sealing/original-links.ts'
import { createServices, type ServiceOptions, type Services } from './runtime/services.ts'
import { parseSettings, type Settings } from './runtime/settings/settings.ts'
import { createLogger } from './runtime/telemetry/log.ts'
import { createOrchestratorClient } from './runtime/tenancy/orchestrator-client.ts'

/** Bindings of wrangler.toml. The environment also holds the variables of docs/configuration.md. */
export interface WorkerBindings {
  ASSETS: Fetcher
  KV?: KVNamespace
  IMAGES?: ImagesBinding
}

interface WorkerProcess {
  services: Services
  handler: Handler
}

/** Services per environment, created at the first request because a Worker has no environment before. */
const processes = new WeakMap<WorkerBindings, WorkerProcess>()

function processOf(bindings: WorkerBindings): WorkerProcess {
  const known = processes.get(bindings)
  if (known) return known
  const services = makeServices(bindings)
  const made = { services, handler: createHandler(services) }
  processes.set(bindings, made)
  return made
}

function makeServices(bindings: WorkerBindings): Services {
  const settings = parseSettings({ ...bindings }, providerVariables)
  const { configSource } = settings
  if (configSource.kind === 'file') throw new SettingsError('CONFIG_SOURCE=file needs the Node host.')
  // These metrics cover this isolate only (docs/operations/monitoring.md).
  const metrics = settings.metricsToken
    ? createPrometheusMetrics({ process: crypto.randomUUID().slice(0, 8), vendors })
    : noMetrics
  const tools = { now: Date.now, namespace: bindings.KV }
  const { kv, counter, invalidations } = openKeyValueStore(tools, { ...bindings })
  return createServices({
    settings,
    source: createOrchestratorClient({ ...configSource, probeHost: settings.callbackHost }),
    kv,
    counter,
    invalidations,
    images: bindings.IMAGES ? createCloudflareReducer(bindings.IMAGES) : createUnavailableReducer(),
    pictureCache: createCloudflarePictureCache(() => caches.open('pictures')),
    digest: sha256,
    assets: createCloudflareAssets({ binding: bindings.ASSETS }),
    log: createLogger({ level: settings.logLevel, write: console.log, onLine: metrics.logged }),
    metrics,
    now: Date.now,
    ...workerProviders(settings, bindings),
  })
}

/** Returns the providers of a Worker: all registries, without a disk. */
function workerProviders(
  settings: Settings,
  bindings: WorkerBindings,
): Pick<ServiceOptions, 'storages' | 'publishers' | 'model'> {
  const variables = { ...bindings }
  const allowPrivate = settings.allowPrivateEndpoints
  const guarded = guardedFetch({ allowPrivate, fetch })
  const tools = {
    now: Date.now,
    fetch: guarded,
    checkEndpoint: (endpoint: string) => assertPublicEndpoint(endpoint, { allowPrivate }),
    allowPrivateEndpoints: allowPrivate,
    isDedicated: false,
  }
  // The platform resolves names, and refuses connections to private addresses.
  const mailer = createMailer({ allowPrivate, lookup: null, name: settings.callbackHost })
  return {
    storages: (links) => installStorages({ ...tools, linkToOriginal: originalLinks(links) }, variables),
    publishers: installPublishers({ mailer, fetch: guarded }, variables),
    // Not loaded late, because a request of a Worker must not await a promise of another request.
    model: model.install({ now: Date.now, openAi: createOpenAiModel }, variables),
  }
}

/** Returns a `waitUntil` that reports the storage requests of the isolate after each piece of work. */
function reportingUsage(
  { requestMeter }: Services,
  context: ExecutionContext,
): (work: Promise<unknown>) => void {
  return (work) => context.waitUntil(work.finally(() => requestMeter.flush()))
}

export default {
  async fetch(request, bindings, context) {
    const { services, handler } = processOf(bindings)
    const waitUntil = reportingUsage(services, context)
    const response = await handler(request, {
      // The platform routes by the URL; a Host header could differ.
      // See docs/decisions/0001-let-each-host-program-decide-the-requests-host.md.
      host: new URL(request.url).host,
      client: () => clientOfCloudflare((name) => request.headers.get(name), undefined),
      waitUntil,
    })
    waitUntil(Promise.resolve())
    return response
  },

  /** Publishes one photo of each host in SCHEDULED_PUBLISH_HOSTS, one host after the other, on the cron trigger of wrangler.toml. */
  async scheduled(_controller, bindings, context) {
    const { services } = processOf(bindings)
    const waitUntil = reportingUsage(services, context)
    for (const host of services.settings.scheduledHosts) {
      await publishOnSchedule(services, host, {
        requestId: crypto.randomUUID(),
        waitUntil,
      })
    }
    waitUntil(Promise.resolve())
  },
} satisfies ExportedHandler<WorkerBindings>
