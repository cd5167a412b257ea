/**
 * Gives each tenant a new data key and encrypts its values again, one tenant per change, while processes serve. Versions of credentials stay,
 * because the credentials themselves do not change.
 */
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { Database, Tx } from '../database/database.ts'
import { newRevision } from '../registry/sql/touch.ts'
import { newDataKey } from './data-keys.ts'
import { type KeySource, KeysUnavailable } from './key-source.ts'
import { type DataKey, importDataKey, reseal, type Sealed } from './sealing.ts'

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
    for (const { ref, ...sealed } of await credentialsOf(tx, tenant))
      count(
        await move(sealed, (set) =>
          tx.updateTable('credential').set(set).where('tenant', '=', tenant).where('ref', '=', ref).execute(),
        ),
      )
    for (const { id, ...sealed } of await webhooksOf(tx, tenant))
      count(
        await move(sealed, ({ value: secret, data_key }) =>
          tx.updateTable('webhook').set({ secret, data_key }).where('id', '=', id).execute(),
        ),
      )
    for (const { server, redirect_uri, scopes, ...sealed } of await appsOf(tx, tenant))
      count(
        await move(sealed, (set) =>
          tx
            .updateTable('vendor_app')
            .set(set)
            .where('server', '=', server)
            .where('redirect_uri', '=', redirect_uri)
            .where('scopes', '=', scopes)
            .execute(),
        ),
      )
    await deleteUnused(tx, tenant, fresh.key.id)
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

function credentialsOf(tx: Tx, tenant: string) {
  return tx
    .selectFrom('credential')
    .select(['ref', 'value', 'data_key'])
    .where('tenant', '=', tenant)
    .execute()
}

function webhooksOf(tx: Tx, tenant: string) {
  return tx
    .selectFrom('webhook')
    .select(['id', 'secret as value', 'data_key'])
    .where('tenant', '=', tenant)
    .execute()
}

/** Returns the apps at servers of many, which belong to the fleet. */
async function appsOf(tx: Tx, tenant: string) {
  if (tenant !== '*') return []
  return tx
    .selectFrom('vendor_app')
    .select(['server', 'redirect_uri', 'scopes', 'value', 'data_key'])
    .execute()
}

async function deleteUnused(tx: Tx, tenant: string, newest: string): Promise<void> {
  await tx
    .deleteFrom('data_key')
    .where('tenant', '=', tenant)
    .where('id', '<>', newest)
    .where('id', 'not in', tx.selectFrom('credential').select('data_key').where('tenant', '=', tenant))
    .where('id', 'not in', tx.selectFrom('webhook').select('data_key').where('tenant', '=', tenant))
    .where('id', 'not in', tx.selectFrom('vendor_app').select('data_key'))
    .execute()
}
