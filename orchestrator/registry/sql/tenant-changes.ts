/** Creates tenants, and changes their settings beside the configuration. */

import { appType } from '../../../src/contract/runtime-answer.ts'
import { type Actor, lineBy } from '../../audit/actor.ts'
import type { Tx } from '../../database/database.ts'
import { replaceHosts } from './hosts.ts'
import { Refused } from './refusals.ts'
import { tenantRow } from './tenant-rows.ts'
import { newRevision, touch } from './touch.ts'

export interface TenantSettings {
  ttlSeconds?: number | undefined
  suspended?: boolean | undefined
  insufficientBalance?: boolean | undefined
  /** AI tokens per calendar month. `null`: unlimited. */
  aiBudget?: number | null | undefined
  /** All hosts of the tenant. */
  hosts?: readonly string[] | undefined
}

const defaultTtlSeconds = 600

/** Creates a tenant without a configuration. Its hosts stay unknown until the first is published. Throws {@link Refused} for a taken name. */
export async function createTenant(
  tx: Tx,
  { tenant, hosts }: { tenant: string; hosts: readonly string[] },
  actor: Actor,
): Promise<void> {
  const taken = await tx.selectFrom('tenant').select('name').where('name', '=', tenant).executeTakeFirst()
  if (taken) throw new Refused(`A tenant has the name ${tenant} already.`)
  await tx
    .insertInto('tenant')
    .values({
      name: tenant,
      app_type: appType,
      schema_version: 2,
      ttl_seconds: defaultTtlSeconds,
      suspended: 0,
      insufficient_balance: 0,
      ai_budget: null,
      config: null,
      revision: await newRevision(tx),
      created_at: new Date().toISOString(),
    })
    .execute()
  await replaceHosts(tx, tenant, hosts)
  await touch(tx, tenant, lineBy(actor, { action: 'tenant.create', tenant, outcome: 'saved' }))
}

/** Changes the given settings. Throws {@link Refused} for an unknown tenant or a taken host. */
export async function changeTenant(
  tx: Tx,
  tenant: string,
  { ttlSeconds, suspended, insufficientBalance, aiBudget, hosts }: TenantSettings,
  actor: Actor,
): Promise<void> {
  await tenantRow(tx, tenant)
  const columns = {
    ...(ttlSeconds !== undefined && { ttl_seconds: ttlSeconds }),
    ...(suspended !== undefined && { suspended: suspended ? 1 : 0 }),
    ...(insufficientBalance !== undefined && { insufficient_balance: insufficientBalance ? 1 : 0 }),
    ...(aiBudget !== undefined && { ai_budget: aiBudget }),
  }
  const names = [...Object.keys(columns), ...(hosts ? ['hosts'] : [])]
  if (Object.keys(columns).length > 0)
    await tx.updateTable('tenant').set(columns).where('name', '=', tenant).execute()
  const oldHosts = hosts ? await replaceHosts(tx, tenant, hosts) : []
  const subject = names.join(',')
  await touch(
    tx,
    tenant,
    lineBy(actor, { action: 'tenant.change', tenant, outcome: 'saved', subject }),
    oldHosts,
  )
}
