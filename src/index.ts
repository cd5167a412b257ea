/** The library: handlers that answer a Request with an injected per-tenant runtime, and the ports that a host fills. */
export { type ErrorCode, isPublisherError, PublisherError } from './base/errors.ts'
export { Secret } from './base/secret.ts'
export { createHandler, type Handler } from './handlers/app.ts'
export type { Connection } from './handlers/exchange.ts'
export type { ConfigLookup, ConfigSource } from './ports/config-source.ts'
export type { InstalledModel } from './ports/model-driver.ts'
export type { InstalledPublishers } from './ports/publisher-driver.ts'
export type { InstalledStorages, StorageContext } from './ports/storage-driver.ts'
export {
  type ClientAddress,
  type ClientOf,
  clientOfCloudflare,
  clientOfLastForwarded,
  clientOfPeer,
} from './runtime/limits/client-address.ts'
export { createServices, type ServiceOptions, type Services } from './runtime/services.ts'
export { parseSettings, type Settings, SettingsError } from './runtime/settings/settings.ts'
export { createLogger, type Logger } from './runtime/telemetry/log.ts'
export { createFileConfigSource } from './runtime/tenancy/file-config-source.ts'
export { createOrchestratorClient } from './runtime/tenancy/orchestrator-client.ts'
export type { TenantRuntime } from './runtime/tenancy/tenant-runtime.ts'
