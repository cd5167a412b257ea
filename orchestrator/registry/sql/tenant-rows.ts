/** Reads tenants with their hosts and settings. */
import type { Selectable } from 'kysely'
import type { TenantTable } from '../../database/tables.ts'
import type { Reads } from './configurations.ts'
import { NotFound } from './refusals.ts'

/** A tenant for people. */
export interface TenantSummary {
  tenant: string
  hosts: string[]
  app_type: string
  schema_version: number
  ttl_seconds: number
  suspended: boolean
  insufficient_balance: boolean
  /** AI tokens per calendar month. `null`: unlimited. */
  ai_budget: number | null
  /** `null` before the first configuration. */
  config_version: string | null
  created_at: string
}

/** Returns the row of a tenant. Throws {@link NotFound} if there is none. */
export async function tenantRow(read: Reads, tenant: string): Promise<Selectable<TenantTable>> {
  const row = await read.selectFrom('tenant').selectAll().where('name', '=', tenant).executeTakeFirst()
  if (!row) throw new NotFound(`No tenant has the name ${tenant}.`)
  return row
}

/** Lists tenants by name: all, or those that are named. */
export async function tenantSummaries(read: Reads, names?: readonly string[]): Promise<TenantSummary[]> {
  const tenants = read
    .selectFrom('tenant')
    .leftJoin('config_version', 'config_version.id', 'tenant.config')
    .selectAll('tenant')
    .select('config_version.config_version')
    .orderBy('tenant.name')
  const rows = await (names ? tenants.where('tenant.name', 'in', [...names]) : tenants).execute()
  const domains = read.selectFrom('domain').select(['tenant', 'host']).orderBy('host')
  const hosts = await (names ? domains.where('tenant', 'in', [...names]) : domains).execute()
  const byTenant = Map.groupBy(hosts, ({ tenant }) => tenant)
  return rows.map((row) => ({
    tenant: row.name,
    hosts: (byTenant.get(row.name) ?? []).map(({ host }) => host),
    app_type: row.app_type,
    schema_version: row.schema_version,
    ttl_seconds: row.ttl_seconds,
    suspended: row.suspended === 1,
    insufficient_balance: row.insufficient_balance === 1,
    ai_budget: row.ai_budget,
    config_version: row.config_version,
    created_at: row.created_at,
  }))
}

/** Returns one tenant. Throws {@link NotFound} if there is none. */
export async function tenantSummary(read: Reads, tenant: string): Promise<TenantSummary> {
  const [found] = await tenantSummaries(read, [tenant])
  if (!found) throw new NotFound(`No tenant has the name ${tenant}.`)
  return found
}
