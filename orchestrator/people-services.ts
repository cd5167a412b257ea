/** Services that the parts for people share: database, keys, environment and vendors. */
import type { VendorTools } from './connections/vendor.ts'
import type { Vendors } from './connections/vendors.ts'
import type { Registry } from './contract/ports.ts'
import type { Database } from './database/database.ts'
import type { OrchestratorEnvironment } from './environment.ts'
import type { ShowNow } from './notices/show-now.ts'
import type { Envelope } from './secrets/envelope.ts'

export interface PeopleOptions {
  env: OrchestratorEnvironment
  database: Database
  envelope: Envelope
  registry: Registry
  now?: () => number
  /** Tells operators, without any secret. */
  say(text: string): void
}

/** Services with their defaults. */
export interface PeopleServices extends Required<PeopleOptions> {
  vendors: Vendors
  tools: VendorTools
  showNow: ShowNow
}
