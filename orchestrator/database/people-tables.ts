/** Tables of what people use: connections, operators, invitations and API keys. The rules of tables.ts hold. */

export interface PeopleTables {
  connection: ConnectionTable
  connection_attempt: ConnectionAttemptTable
  notice_mail: NoticeMailTable
  vendor_app: VendorAppTable
  operator: OperatorTable
  invitation: InvitationTable
  api_key: ApiKeyTable
  config_served: ConfigServedTable
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
  /** Missing steps in words. Empty: none. */
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
  /** JWE of what the vendor's file keeps between the two calls, of the vendor's address, and of the columns that never change. Empty after its use. */
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
  /** SHA-256 of the link's secret, with tenant, address and end. */
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
