/** One process of Node: the services of its environment, wired with the providers that Node can run. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assertPublicEndpoint } from '../base/endpoint-guard.ts'
import type { ConfigSource } from '../ports/config-source.ts'
import { type Metrics, noMetrics } from '../ports/metrics.ts'
import { createLocalAssets } from '../providers/assets/local-assets.ts'
import { sha256 } from '../providers/digest/node-hash.ts'
import { createSharpReducer } from '../providers/images/sharp.ts'
import { publisherFactories } from '../providers/publishers.ts'
import { createDropboxStore } from '../providers/storage/dropbox.ts'
import { createLocalStore } from '../providers/storage/local.ts'
import { createS3Store, createVerdictMemory } from '../providers/storage/s3.ts'
import type { SignedLinks } from '../runtime/sealing/signed-links.ts'
import { createServices, type Services } from '../runtime/services.ts'
import { parseSettings, type Settings } from '../runtime/settings/settings.ts'
import { createLogger } from '../runtime/telemetry/log.ts'
import { createFileConfigSource } from '../runtime/tenancy/file-config-source.ts'
import { createOrchestratorClient } from '../runtime/tenancy/orchestrator-client.ts'
import type { StorageFactories } from '../runtime/tenancy/tenant-runtime.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { lateMailer, lateModel } from './late.ts'
import { createPinnedLookup } from './public-lookup.ts'
import { openRedis, sharedStores } from './shared-store.ts'

export interface NodeHostOptions {
  /** The environment; see docs/configuration.md. */
  variables: Readonly<Record<string, string | undefined>>
  /** Takes one log line. Default: standard output. */
  write?: (line: string) => void
  /** Where the built web app lies. Default: `dist/ui` of this package. */
  uiDirectory?: string
  now?: () => number
}

/** Beside the sources in a checkout, beside the compiled files in the package. */
const builtUi = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/ui/' : '../../ui/', import.meta.url),
)

/** Wires a process without a server, for jobs. Throws `SettingsError` for an environment that cannot work. */
export async function createNodeServices(options: NodeHostOptions): Promise<Services> {
  return (await createNodeProcess(options)).services
}

export interface NodeProcess {
  services: Services
  /** Makes the health routes say that the process is about to end. */
  endsSoon(): void
  /** Closes connections to other programs. */
  release(): void
}

/** Wires a process and gives what its host needs to end it. Throws `SettingsError` for an environment that cannot work. */
export async function createNodeProcess(options: NodeHostOptions): Promise<NodeProcess> {
  const { variables, write = console.log, now = Date.now } = options
  const settings = parseSettings(variables)
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
    storages: (links) => storages(settings, links, now),
    publishers: publisherFactories({
      settings,
      mailer: lateMailer(async () => {
        const { createMailer } = await import('../providers/mail/nodemailer.ts')
        return createMailer({
          allowPrivate: settings.allowPrivateEndpoints,
          lookup: createPinnedLookup(),
          name: settings.callbackHost,
        })
      }),
    }),
    model: (credentials) =>
      lateModel(async () => {
        const { createOpenAiModel } = await import('../providers/ai/openai.ts')
        return createOpenAiModel({ credentials, baseUrl: settings.openaiBaseUrl, now })
      }),
  })
  return {
    services,
    endsSoon() {
      isDraining = true
    },
    release: () => redis?.close(),
  }
}

/** Gives metrics where a token lets operators read them. Without one, nothing is counted and nothing loaded. */
async function metricsOf(
  { metricsToken }: Settings,
  variables: NodeHostOptions['variables'],
): Promise<Metrics> {
  if (!metricsToken) return noMetrics
  const { createNodeMetrics } = await import('./process-metrics.ts')
  return createNodeMetrics(variables.DYNO)
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
  const checkEndpoint = (endpoint: string) =>
    assertPublicEndpoint(endpoint, { allowPrivate: allowPrivateEndpoints })
  const guarded = createGuardedFetch({ allowPrivate: allowPrivateEndpoints })
  // A dedicated app's configuration is its operator's own file, which may name any folder.
  const isLocalAllowed = localStorageRoot !== undefined || settings.configSource.kind === 'file'
  const verdicts = createVerdictMemory()
  return {
    s3: (context, credentials) =>
      createS3Store({
        ...context,
        credentials,
        allowPrivateEndpoints,
        checkEndpoint,
        fetch: guarded,
        now,
        verdicts,
      }),
    ...(dropboxApp && {
      dropbox: ({ paths }, credentials) =>
        createDropboxStore({ paths, credentials, app: dropboxApp, baseUrl: dropboxBaseUrl, now }),
    }),
    ...(isLocalAllowed && {
      local: ({ host, tenant, paths }) =>
        createLocalStore({
          paths,
          // Each tenant has a folder of its own, which its configuration cannot leave.
          baseDirectory: localStorageRoot === undefined ? undefined : join(localStorageRoot, tenant),
          now,
          link: async (folder, name, expiresAt) => {
            const token = await links.sign(host, folder, name, expiresAt)
            return `/api/images/${encodeURIComponent(name)}/original?token=${token}`
          },
        }),
    }),
  }
}
