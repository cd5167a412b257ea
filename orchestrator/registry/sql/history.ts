/** Versions of a tenant's configuration: append-only, published by compare-and-set, rolled back by publishing an old body anew. */
import { type Actor, lineBy } from '../../audit/actor.ts'
import type { Database, Tx } from '../../database/database.ts'
import { addEvent } from '../../notices/outbox.ts'
import type { BoundTenant } from '../binding.ts'
import { configVersionIn } from './api-keys.ts'
import { configOf, currentConfig } from './configurations.ts'
import { Conflict, Refused } from './refusals.ts'
import { tenantRow } from './tenant-rows.ts'
import { touch } from './touch.ts'

export interface HistoryEntry {
  config_version: string
  author: string
  at: string
  note: string
  parent: string | null
}

export interface Publication {
  tenant: string
  /** JSON as the author wrote it. */
  written: string
  bound: Pick<BoundTenant, 'configVersion' | 'config'>
  note?: string
  /** Version that must be current. Default: any. */
  expect?: string | null | undefined
}

/** Publishes a configuration. Returns false if it is current already. Throws {@link Conflict} if another version than `expect` is current. */
export function publish(database: Database, publication: Publication, actor: Actor): Promise<boolean> {
  return database.change((tx) => publishWithin(tx, publication, actor))
}

/** Publishes within a change, for a tenant that exists. Returns false, and changes nothing, if the body is current already. */
export async function publishWithin(
  tx: Tx,
  { tenant, written, bound, note = '', expect }: Publication,
  actor: Actor,
): Promise<boolean> {
  const current = await currentConfig(tx, tenant)
  checkExpected(current?.config_version ?? null, expect)
  if (current?.config_version === bound.configVersion && current.written === written) return false
  const body = { written, config: JSON.stringify(bound.config), config_version: bound.configVersion }
  await append(tx, { tenant, ...body, note }, current?.config_version ?? null, actor, 'config.publish')
  return true
}

export interface Rollback {
  tenant: string
  version: string
  /** Version that must be current. Default: any. */
  expect?: string | undefined
  /** Default: `rollback`. */
  note?: string | undefined
}

/** Publishes the newest body of an earlier version anew. Throws {@link Refused} if the tenant never had it. */
export function rollback(
  database: Database,
  { tenant, version, expect, note = 'rollback' }: Rollback,
  actor: Actor,
): Promise<void> {
  return database.change(async (tx) => {
    await tenantRow(tx, tenant)
    const current = await configOf(tx, tenant)
    checkExpected(current.config_version, expect)
    const old = await configOf(tx, tenant, configVersionIn(version))
    if (old.config_version === current.config_version)
      throw new Refused(`${version} is the current configuration.`)
    await append(tx, { tenant, ...old, note }, current.config_version, actor, 'config.rollback')
  })
}

/** Lists the versions, newest first. Throws {@link Refused} for an unknown tenant. */
export async function history({ read }: Database, tenant: string): Promise<HistoryEntry[]> {
  await tenantRow(read, tenant)
  return read
    .selectFrom('config_version')
    .select(['config_version', 'author', 'at', 'note', 'parent'])
    .where('tenant', '=', tenant)
    .orderBy('id', 'desc')
    .execute()
}

function checkExpected(current: string | null, expect: string | null | undefined): void {
  if (expect === undefined || (expect && configVersionIn(expect)) === current) return
  throw new Conflict(
    `Another change came first: ${current ?? 'no configuration'} is current. Read it, and repeat your change.`,
    current,
  )
}

async function append(
  tx: Tx,
  version: { tenant: string; written: string; config: string; config_version: string; note: string },
  parent: string | null,
  actor: Actor,
  action: 'config.publish' | 'config.rollback',
): Promise<void> {
  const { tenant, config_version } = version
  const last = await tx
    .selectFrom('config_version')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst()
  const id = Number(last?.id ?? 0) + 1
  await tx
    .insertInto('config_version')
    .values({ id, ...version, author: actor.name, at: new Date().toISOString(), parent })
    .execute()
  await tx.updateTable('tenant').set({ config: id }).where('name', '=', tenant).execute()
  await addEvent(tx, {
    tenant,
    type: 'config.published',
    data: { config_version, parent, author: actor.name },
  })
  await touch(tx, tenant, lineBy(actor, { action, tenant, outcome: 'published', config_version }))
}
