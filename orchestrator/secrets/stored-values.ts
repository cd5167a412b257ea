/** All values that a tenant's data keys encrypt, in every table that holds such values. */
import type { Tx } from '../database/database.ts'
import { fleetTenant, type Sealed } from './sealing.ts'

export interface StoredValue {
  sealed: Sealed
  /** Replaces the value by the same text under another data key. */
  replace(fresh: Sealed): Promise<unknown>
}

/** Returns the values of a tenant, or of the fleet. */
export async function storedValues(tx: Tx, tenant: string): Promise<StoredValue[]> {
  return [
    ...(await credentials(tx, tenant)),
    ...(await webhooks(tx, tenant)),
    ...(await attempts(tx, tenant)),
    ...(tenant === fleetTenant ? await vendorApps(tx) : []),
  ]
}

/** Deletes the data keys of a tenant that encrypt no value, except for the newest. */
export async function deleteUnusedKeys(tx: Tx, tenant: string, newest: string): Promise<void> {
  const used = (await storedValues(tx, tenant)).map(({ sealed }) => sealed.data_key)
  await tx
    .deleteFrom('data_key')
    .where('tenant', '=', tenant)
    .where('id', 'not in', [...new Set([newest, ...used])])
    .execute()
}

async function credentials(tx: Tx, tenant: string): Promise<StoredValue[]> {
  const rows = await tx
    .selectFrom('credential')
    .select(['ref', 'value', 'data_key'])
    .where('tenant', '=', tenant)
    .execute()
  return rows.map(({ ref, ...sealed }) => ({
    sealed,
    replace: (fresh) =>
      tx.updateTable('credential').set(fresh).where('tenant', '=', tenant).where('ref', '=', ref).execute(),
  }))
}

async function webhooks(tx: Tx, tenant: string): Promise<StoredValue[]> {
  const rows = await tx
    .selectFrom('webhook')
    .select(['id', 'secret as value', 'data_key'])
    .where('tenant', '=', tenant)
    .execute()
  return rows.map(({ id, ...sealed }) => ({
    sealed,
    replace: ({ value: secret, data_key }) =>
      tx.updateTable('webhook').set({ secret, data_key }).where('id', '=', id).execute(),
  }))
}

async function attempts(tx: Tx, tenant: string): Promise<StoredValue[]> {
  const rows = await tx
    .selectFrom('connection_attempt')
    .select(['id', 'kept as value', 'data_key'])
    .where('tenant', '=', tenant)
    // Used attempts keep nothing.
    .where('kept', '<>', '')
    .execute()
  return rows.map(({ id, ...sealed }) => ({
    sealed,
    replace: ({ value: kept, data_key }) =>
      tx.updateTable('connection_attempt').set({ kept, data_key }).where('id', '=', id).execute(),
  }))
}

async function vendorApps(tx: Tx): Promise<StoredValue[]> {
  const rows = await tx.selectFrom('vendor_app').selectAll().execute()
  return rows.map(({ server, redirect_uri, scopes, value, data_key }) => ({
    sealed: { value, data_key },
    replace: (fresh) =>
      tx
        .updateTable('vendor_app')
        .set(fresh)
        .where('server', '=', server)
        .where('redirect_uri', '=', redirect_uri)
        .where('scopes', '=', scopes)
        .execute(),
  }))
}
