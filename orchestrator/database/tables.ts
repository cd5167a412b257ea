/**
 * Tables of the control plane. SQLite and PostgreSQL have the same columns: texts and whole numbers only. Times are ISO 8601 in UTC, so
 * that their order as texts is their order in time. Flags are 0 or 1.
 */
import type { Generated } from 'kysely'

export interface Tables {
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
  connection: ConnectionTable
  connection_attempt: ConnectionAttemptTable
  notice_mail: NoticeMailTable
  vendor_app: VendorAppTable
  operator: OperatorTable
  invitation: InvitationTable
  api_key: ApiKeyTable
  config_served: ConfigServedTable
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
  /** Paths of settings that photographers may not change, separated by commas. */
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

/** Account that a tenant connected, beside its credentials of the same reference. */
export interface ConnectionTable {
  tenant: string
  ref: string
  provider: string
  /** Name of the account for people. */
  account: string
  /** ID of the account at the vendor. */
  account_id: string
  /** What is still missing, in words. Empty: nothing. */
  hint: string
  connected_at: string
  connected_by: string
  /** Time at which the vendor gave the credentials. */
  token_at: string
  /** End of the token's life. `null`: it does not expire. */
  expires_at: string | null
  checked_at: string
  /** Time of the next check. */
  due_at: string
  /** End of the lease of the process that checks the connection. */
  leased_until: string | null
  /** Unique text of the lease, so that a process whose lease ended changes nothing. */
  lease: string | null
  /** Failed checks in a row. */
  failures: number
  failing_since: string | null
  /** Time at which the vendor ended the connection. Broken connections are not checked. */
  broken_at: string | null
  /** End of the token's life of which the tenant was warned. */
  warned_of: string | null
  /** Code and words of the last refusal. Empty: none. */
  error_code: string
  error_words: string
}

/** Begun connection, on its way through the vendor's page. */
export interface ConnectionAttemptTable {
  /** The `state` of the flow. */
  id: string
  tenant: string
  provider: string
  actor: string
  /** 1 if another account may take the place of the connected account. */
  replaces: number
  /** Address of the tenant's page to which the browser returns. */
  return_to: string
  /** SHA-256 of the cookie of the browser that went to the vendor. `null`: none went yet. */
  browser: string | null
  /** JWE of what the vendor's file keeps between the two calls, and of the vendor's address. Empty after its use. */
  kept: string
  data_key: string
  at: string
  expires_at: string
  used_at: string | null
  /** Code and words of the refusal. Empty: none. */
  error_code: string
  error_words: string
}

/** Events that wait to be sent by mail. */
export interface NoticeMailTable {
  event: string
  tries: number
  due_at: string
  /** Unique text of the lease. */
  lease: string | null
  leased_until: string | null
}

/** App that was registered at one server of many, such as a Mastodon instance. */
export interface VendorAppTable {
  server: string
  redirect_uri: string
  scopes: string
  /** JWE of the app's ID and secret, of the fleet. */
  value: string
  data_key: string
  at: string
}

export interface OperatorTable {
  email: string
  /** Sessions from before this time have ended. */
  sessions_from: string
  signed_in_at: string | null
}

export interface InvitationTable {
  id: string
  tenant: string
  email: string
  /** SHA-256 of the link's secret. */
  sha256: string
  created_by: string
  at: string
  expires_at: string
  accepted_at: string | null
  revoked_at: string | null
}

export interface ApiKeyTable {
  id: string
  tenant: string
  name: string
  /** SHA-256 of the whole key. */
  sha256: string
  /** Scopes, separated by commas. */
  scopes: string
  created_by: string
  at: string
  expires_at: string | null
}

/** Configuration that the fleet asked for last. */
export interface ConfigServedTable {
  tenant: string
  config_version: string
  at: string
}
