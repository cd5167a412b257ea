/**
 * Tables of the control plane. SQLite and PostgreSQL have the same columns: texts and whole numbers only. Times are ISO 8601 in UTC, so
 * that their order as texts is their order in time. Flags are 0 or 1.
 */
import type { Generated } from 'kysely'
import type { PeopleTables } from './people-tables.ts'

export interface Tables extends PeopleTables {
  tenant: TenantTable
  domain: DomainTable
  config_version: ConfigVersionTable
  credential: CredentialTable
  data_key: DataKeyTable
  service_token: ServiceTokenTable
  usage_event: UsageEventTable
  usage_day: UsageDayTable
  claim: ClaimTable
  event: EventTable
  webhook: WebhookTable
  webhook_delivery: WebhookDeliveryTable
  invalidation: InvalidationTable
  audit: AuditTable
  audit_head: AuditHeadTable
  migration: MigrationTable
}

export interface TenantTable {
  name: string
  app_type: string
  schema_version: number
  ttl_seconds: number
  suspended: number
  insufficient_balance: number
  /** AI tokens per calendar month (UTC). `null`: unlimited. */
  ai_budget: number | null
  /** Month of the last `budget.warning`, as `2026-12`. */
  budget_warned: string | null
  /** Row of the current configuration. */
  config: number | null
  /** Number that grows with each change of the tenant, unique in the fleet. Processes poll it. */
  revision: number
  created_at: string
  /** Paths of settings or blocks that photographers may not change, separated by commas. */
  locked: Generated<string>
}

export interface DomainTable {
  host: string
  /** First label of the host, which `X-Tenant` carries. */
  label: string
  tenant: string
}

export interface ConfigVersionTable {
  id: number
  tenant: string
  /** Digest of the configuration that is sent. A rollback repeats an earlier digest. */
  config_version: string
  /** JSON as written. */
  written: string
  /** JSON as sent. */
  config: string
  author: string
  at: string
  note: string
  /** Digest of the version before. */
  parent: string | null
}

export interface CredentialTable {
  tenant: string
  ref: string
  provider: string
  version: string
  /** JWE of the credentials. */
  value: string
  data_key: string
  at: string
}

/** Keys that encrypt values, wrapped by a key-encryption key. The tenant `*` is the fleet. */
export interface DataKeyTable {
  id: string
  tenant: string
  /** ID of the key-encryption key. */
  kid: string
  wrapped: string
  at: string
}

export interface ServiceTokenTable {
  name: string
  sha256: string
  /** Scopes, separated by commas. */
  scopes: string
  created_at: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

export interface UsageEventTable {
  tenant: string
  key: string
  metric: string
  quantity: number
  unit: string
  occurred_at: string
  at: string
}

export interface UsageDayTable {
  tenant: string
  day: string
  metric: string
  quantity: number
}

export interface ClaimTable {
  tenant: string
  key: string
  holder: string
  version: string
  record: string
  created_at: string
  expires_at: string
}

export interface EventTable {
  id: string
  tenant: string
  type: string
  /** JSON. */
  data: string
  at: string
}

export interface WebhookTable {
  id: string
  /** `*` receives the events of all tenants. */
  tenant: string
  url: string
  /** JWE of the signing secret. */
  secret: string
  data_key: string
  /** Types of events, separated by commas. Empty: all. */
  types: string
  at: string
  /** Time at which the receiver answered 410. A disabled webhook receives nothing. */
  disabled_at: string | null
}

export interface WebhookDeliveryTable {
  event: string
  webhook: string
  state: 'due' | 'delivered' | 'failed'
  tries: number
  due_at: string
  /** End of the lease of the process that sends it. */
  leased_until: string | null
  /** Short reason of the last failure, without an address. */
  error: string | null
  /** Time of the last change of `state` from `due`. */
  done_at: string | null
}

/** Hosts that the fleet must ask about again. */
export interface InvalidationTable {
  host: string
  /** Unique text per change, so that a sender removes only the change that it sent. */
  change: string
  tries: number
  due_at: string
  leased_until: string | null
}

export interface AuditTable {
  seq: number
  at: string
  action: string
  actor: string | null
  tenant: string | null
  token: string | null
  request_id: string
  outcome: string
  /** JSON of the other members of the line. */
  detail: string
  hash: string
}

/** Number and hash of the last audit line. */
export interface AuditHeadTable {
  id: number
  seq: number
  hash: string
}

export interface MigrationTable {
  id: number
  name: string
  digest: string
  at: string
}
