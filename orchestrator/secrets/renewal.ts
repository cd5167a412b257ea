/**
 * Gives each tenant a new data key and encrypts its values again, one tenant per change, while processes serve. Versions of credentials stay,
 * because the credentials themselves do not change.
 */
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { Database } from '../database/database.ts'
import { newRevision } from '../registry/sql/touch.ts'
import { newDataKey } from './data-keys.ts'
import { type KeySource, KeysUnavailable } from './key-source.ts'
import { type DataKey, importDataKey, reseal, type Sealed } from './sealing.ts'
import { deleteUnusedKeys, storedValues } from './stored-values.ts'

export interface Renewal {
  /** Tenants with a new data key. The fleet counts as a tenant. */
  renewed: number
  /** Values under new data keys. */
  values: number
  /** Values that do not open and keep their data key, and data keys that do not unwrap, whose tenants stay as they are. */
  unopened: number
}

export interface RenewalOptions {
  database: Database
  keys: KeySource
  actor: Actor
  /** ISO 8601. Tenants whose newest data key was made later are finished. An interrupted renewal continues with its first start time. */
  madeBefore: string
}

/** Renews the data keys. Throws `KeysUnavailable` after the finished tenants if the key service fails. */
export async function renewDataKeys(options: RenewalOptions): Promise<Renewal> {
  const { database, madeBefore } = options
  const done = { renewed: 0, values: 0, unopened: 0 }
  let after = ''
  for (;;) {
    const next = await database.read
      .selectFrom('data_key')
      .select('tenant')
      .where('tenant', '>', after)
      .groupBy('tenant')
      .having((eb) => eb(eb.fn.max('at'), '<', madeBefore))
      .orderBy('tenant')
      .executeTakeFirst()
    if (!next) return done
    after = next.tenant
    const { renewed, values, unopened } = await renew(next.tenant, options)
    done.renewed += renewed
    done.values += values
    done.unopened += unopened
  }
}

async function renew(tenant: string, { database, keys, actor }: RenewalOptions) {
  // A key service may be slow, so all keys are opened before the change.
  const { old, unopened } = await openAll(tenant, database, keys)
  // With wrong key-encryption keys, a new data key would lock the tenant out.
  if (unopened > 0) return { renewed: 0, values: 0, unopened }
  const fresh = await newDataKey(tenant, keys)
  return database.change(async (tx) => {
    await tx.insertInto('data_key').values(fresh.row).execute()
    const move = moveTo(fresh.key, old, tenant)
    const done = { renewed: 1, values: 0, unopened: 0 }
    const count = (isMoved: boolean) => (isMoved ? done.values++ : done.unopened++)
    for (const { sealed, replace } of await storedValues(tx, tenant)) count(await move(sealed, replace))
    await deleteUnusedKeys(tx, tenant, fresh.key.id)
    await tx
      .updateTable('tenant')
      .set({ revision: await newRevision(tx) })
      .where('name', '=', tenant)
      .execute()
    await appendAudit(tx, [
      lineBy(actor, { action: 'keys.rotate', tenant, outcome: 'renewed', count: done.values }),
    ])
    return done
  })
}

/** Creates a function that encrypts a value with the new key and stores it. It returns false for a value that does not open. */
function moveTo(fresh: DataKey, old: ReadonlyMap<string, DataKey>, tenant: string) {
  return async (sealed: Sealed, store: (set: Sealed) => Promise<unknown>): Promise<boolean> => {
    const key = old.get(sealed.data_key)
    if (!key) return false
    try {
      await store(await reseal(key, fresh, sealed, tenant))
      return true
    } catch (error) {
      if (!(error instanceof SecretsUnavailable)) throw error
      return false
    }
  }
}

async function openAll(tenant: string, { read }: Database, keys: KeySource) {
  const rows = await read
    .selectFrom('data_key')
    .select(['id', 'kid', 'wrapped'])
    .where('tenant', '=', tenant)
    .execute()
  const old = new Map<string, DataKey>()
  for (const { id, ...wrapped } of rows) {
    try {
      old.set(id, await importDataKey(id, await keys.unwrap(wrapped, { tenant, id })))
    } catch (error) {
      if (error instanceof KeysUnavailable || !(error instanceof SecretsUnavailable)) throw error
    }
  }
  return { old, unopened: rows.length - old.size }
}
