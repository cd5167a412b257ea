/** Queries behind the registry, each by an index. */
import { appType } from '../../../src/contract/runtime-answer.ts'
import type { Binding } from '../../contract/ports.ts'
import type { Tx } from '../../database/database.ts'
import type { Sealed } from '../../secrets/envelope.ts'
import { fingerprintOf } from '../credentials.ts'
import { sentApiKeys, withApiKeys } from './api-keys.ts'

type Reads = Pick<Tx, 'selectFrom'>

/** Credentials as they are stored. */
export type CredentialRow = Sealed & {
  provider: string
  version: string
  fingerprint: string
  insufficientBalance: boolean
}

/** Reads the binding of a host. A tenant without a configuration has none. */
export async function readBinding(read: Reads, host: string): Promise<Binding | undefined> {
  const row = await read
    .selectFrom('domain')
    .innerJoin('tenant', 'tenant.name', 'domain.tenant')
    .innerJoin('config_version', 'config_version.id', 'tenant.config')
    .select([
      'tenant.name',
      'tenant.app_type',
      'tenant.suspended',
      'tenant.schema_version',
      'tenant.ttl_seconds',
    ])
    .select(['config_version.config_version', 'config_version.config'])
    .where('domain.host', '=', host)
    .executeTakeFirst()
  if (!row) return undefined
  return bindingOf({ ...row, ...(await withApiKeys(row, await sentApiKeys(read, row.name))) })
}

/** Reads the served tenant of a label. */
export async function readLabel(read: Reads, label: string): Promise<string | undefined> {
  const row = await read
    .selectFrom('domain')
    .innerJoin('tenant', 'tenant.name', 'domain.tenant')
    .select('tenant.name')
    .where('domain.label', '=', label)
    .where('tenant.suspended', '=', 0)
    .where('tenant.app_type', '=', appType)
    .executeTakeFirst()
  return row?.name
}

/** Reads a tenant's credentials, which stay encrypted. */
export async function readCredentials(
  read: Reads,
  tenant: string,
  ref: string,
): Promise<CredentialRow | undefined> {
  const row = await read
    .selectFrom('credential')
    .innerJoin('tenant', 'tenant.name', 'credential.tenant')
    .select(['credential.provider', 'credential.version', 'credential.value', 'credential.data_key'])
    .select(['tenant.insufficient_balance'])
    .where('credential.tenant', '=', tenant)
    .where('credential.ref', '=', ref)
    .executeTakeFirst()
  if (!row) return undefined
  const { insufficient_balance, ...sealed } = row
  return {
    ...sealed,
    fingerprint: fingerprintOf(tenant, ref),
    insufficientBalance: insufficient_balance === 1,
  }
}

function bindingOf(row: {
  name: string
  app_type: string
  suspended: number
  schema_version: number
  ttl_seconds: number
  config_version: string
  config: string
}): Binding {
  const { name: tenant, app_type, schema_version, ttl_seconds, config_version } = row
  const envelope = JSON.stringify({ schema_version, tenant, app_type, config_version, ttl_seconds })
  return {
    tenant,
    appType: app_type,
    suspended: row.suspended === 1,
    configVersion: config_version,
    // The configuration is JSON text already, so it is the last member without being parsed.
    answer: `${envelope.slice(0, -1)},"config":${row.config}}`,
  }
}
