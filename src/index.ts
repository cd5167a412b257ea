/**
 * Library entry: creates fetch-API handlers from settings, a config source, and providers that the host chooses. `parseSettings` throws
 * `SettingsError` for an invalid environment. A handler never rejects.
 *
 * @example
 * ```ts
 * import { clientOfPeer, createFileConfigSource, createHandler, createLogger } from 'shibari-publisher'
 * import { createServices, parseSettings } from 'shibari-publisher'
 * import { createLocalAssets } from 'shibari-publisher/providers/assets/local-assets'
 * import { sha256 } from 'shibari-publisher/providers/digest/node-hash'
 * import { createSharpReducer } from 'shibari-publisher/providers/images/sharp'
 * import { createMemoryKeyValueStore } from 'shibari-publisher/providers/kv/memory'
 *
 * const site = { tenant: 'alice', config: { storage: { provider: 'local', paths: { root: '/photos' } } } }
 * const settings = parseSettings({ CONFIG_FILE: 'site.json', WEB_SESSION_SECRET: 'x'.repeat(32), FORCE_HTTPS: 'false' })
 * const services = createServices({
 *   settings,
 *   source: createFileConfigSource({ baseDomain: settings.baseDomain, read: async () => JSON.stringify(site) }),
 *   kv: createMemoryKeyValueStore(),
 *   images: createSharpReducer(),
 *   digest: sha256,
 *   assets: await createLocalAssets({ directory: 'node_modules/shibari-publisher/dist/ui' }),
 *   log: createLogger({ level: 'error', write: console.error }),
 *   now: Date.now,
 *   // Tenants of this host cannot use a storage, platform or AI that is missing here.
 *   storages: () => ({}),
 *   publishers: {},
 *   model: null,
 * })
 * const handler = createHandler(services)
 * const response = await handler(new Request('http://alice.shibari.photo/api/config/features'), {
 *   host: 'alice.shibari.photo',
 *   client: () => clientOfPeer(() => null, '192.0.2.1'),
 *   waitUntil: () => undefined,
 * })
 * console.log(response.status)
 * ```
 */
export type { ErrorCode } from './base/error-codes.ts'
export { isPublisherError, PublisherError } from './base/errors.ts'
export { Secret } from './base/secret.ts'
export { SettingsError } from './base/variables.ts'
export { createHandler, type Handler } from './handlers/app.ts'
export type { Connection } from './handlers/exchange.ts'
export type { ConfigLookup, ConfigSource } from './ports/config-source.ts'
export { type InstalledModel, modelDriver } from './ports/model-driver.ts'
export { type InstalledPublishers, publisherDriver } from './ports/publisher-driver.ts'
export {
  type InstalledStorages,
  /** Earlier name of the same type. */
  type InstalledStorages as StorageFactories,
  type StorageContext,
  storageDriver,
} from './ports/storage-driver.ts'
export {
  type ClientAddress,
  type ClientOf,
  clientOfCloudflare,
  clientOfLastForwarded,
  clientOfPeer,
} from './runtime/limits/client-address.ts'
export { createServices, type ServiceOptions, type Services } from './runtime/services.ts'
export { parseSettings, type Settings } from './runtime/settings/settings.ts'
export { createLogger, type Logger } from './runtime/telemetry/log.ts'
export { createFileConfigSource } from './runtime/tenancy/file-config-source.ts'
export { createOrchestratorClient } from './runtime/tenancy/orchestrator-client.ts'
export type { TenantRuntime } from './runtime/tenancy/tenant-runtime.ts'
