/** The library: handlers that answer a Request with an injected per-tenant runtime, and the ports that a host fills. */
export { type ErrorCode, isPublisherError, PublisherError } from './errors.ts'
export { createHandler, type Handler } from './handlers/app.ts'
export type { Connection } from './handlers/exchange.ts'
export {
  type ClientAddress,
  type ClientOf,
  clientOfCloudflare,
  clientOfLastForwarded,
  clientOfPeer,
} from './runtime/client-address.ts'
export type { ConfigLookup, ConfigSource } from './runtime/config-source.ts'
export { createFileConfigSource } from './runtime/file-config-source.ts'
export { createLogger, type Logger } from './runtime/log.ts'
export { createOrchestratorClient } from './runtime/orchestrator-client.ts'
export { createServices, type ServiceOptions, type Services } from './runtime/services.ts'
export { parseSettings, type Settings, SettingsError } from './runtime/settings.ts'
export type { StorageContext, StorageFactories, TenantRuntime } from './runtime/tenant-runtime.ts'
export { Secret } from './secret.ts'
