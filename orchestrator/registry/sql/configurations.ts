/** Reads configurations of the database. */
import type { Tx } from '../../database/database.ts'
import { Refused } from './refusals.ts'

/** Connection for reads, within a change or outside. */
export type Reads = Pick<Tx, 'selectFrom'>

export interface StoredConfig {
  config_version: string
  /** JSON as written. */
  written: string
  /** JSON as sent. */
  config: string
}

/** Returns the current configuration of a tenant, or `undefined` without any. */
export function currentConfig(read: Reads, tenant: string): Promise<StoredConfig | undefined> {
  return read
    .selectFrom('tenant')
    .innerJoin('config_version', 'config_version.id', 'tenant.config')
    .select(['config_version.config_version', 'config_version.written', 'config_version.config'])
    .where('tenant.name', '=', tenant)
    .executeTakeFirst()
}

/** Returns the newest body of a version, or the current configuration. Throws {@link Refused} if the tenant has none. */
export async function configOf(read: Reads, tenant: string, version?: string): Promise<StoredConfig> {
  if (version === undefined) {
    const current = await currentConfig(read, tenant)
    if (!current) throw new Refused(`${tenant} has no configuration.`)
    return current
  }
  const found = await read
    .selectFrom('config_version')
    .select(['config_version', 'written', 'config'])
    .where('tenant', '=', tenant)
    .where('config_version', '=', version)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  if (!found) throw new Refused(`${tenant} never had the configuration ${version}.`)
  return found
}
