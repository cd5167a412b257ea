/** Tenants with their hosts and settings beside the configuration. */
import { type Actor, lineBy } from '../../audit/actor.ts'
import type { Tx } from '../../database/database.ts'
import type { BoundTenant } from '../binding.ts'
import { publishWithin } from './history.ts'
import { replaceHosts } from './hosts.ts'
import { newRevision, touch } from './touch.ts'

/** Creates the tenant of an entry, or changes it to the entry. Returns false, and changes nothing, if it is the entry already. */
export async function putTenant(tx: Tx, bound: BoundTenant, actor: Actor): Promise<boolean> {
  const { tenant, hosts, entry } = bound
  const settings = {
    app_type: entry.app_type,
    schema_version: entry.schema_version,
    ttl_seconds: entry.ttl_seconds,
    suspended: entry.suspended ? 1 : 0,
    insufficient_balance: entry.insufficient_balance ? 1 : 0,
  }
  const before = await tx.selectFrom('tenant').selectAll().where('name', '=', tenant).executeTakeFirst()
  if (!before) {
    const revision = await newRevision(tx)
    await tx
      .insertInto('tenant')
      .values({ name: tenant, ...settings, ai_budget: null, config: null, revision, created_at: now() })
      .execute()
  }
  const oldHosts = await replaceHosts(tx, tenant, hosts)
  const isChanged =
    !before ||
    Object.entries(settings).some(([key, value]) => before[key as keyof typeof settings] !== value) ||
    oldHosts.toSorted().join() !== [...new Set(hosts)].toSorted().join()
  if (isChanged) {
    await tx.updateTable('tenant').set(settings).where('name', '=', tenant).execute()
    const action = before ? 'tenant.change' : 'tenant.create'
    await touch(tx, tenant, lineBy(actor, { action, tenant, outcome: 'saved' }), oldHosts)
  }
  const isPublished = await publishWithin(tx, { tenant, written: JSON.stringify(entry.config), bound }, actor)
  return isChanged || isPublished
}

function now(): string {
  return new Date().toISOString()
}
