/** Data keys of the tenants: stored wrapped, and opened in memory. */
import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { Database, Tx } from '../database/database.ts'
import type { DataKeyTable } from '../database/tables.ts'
import type { KeySource } from './key-source.ts'
import { type DataKey, importDataKey } from './sealing.ts'

export type Reads = Pick<Tx, 'selectFrom'>

export interface DataKeys {
  /** Opens a tenant's data key. Throws `SecretsUnavailable` if the tenant has no such key, or if the key does not unwrap. */
  open(id: string, tenant: string, from: Reads): Promise<DataKey>
  /** Returns the key for new values of a tenant. Creates the key if it is missing. */
  current(tx: Tx, tenant: string): Promise<DataKey>
  /** Opens or makes the key for new values before a change, so that the change does not wait for the service that holds the keys. */
  prepare(tenant: string): Promise<void>
}

/** Upper bound on opened data keys in memory. */
const maxOpenKeys = 10_000

/** Creates the data keys over the database and the key-encryption keys. */
export function createDataKeys(database: Database, keys: KeySource): DataKeys {
  const opened = new LRUCache<string, Promise<DataKey>>({ max: maxOpenKeys })
  const prepared = new LRUCache<string, NewDataKey>({ max: maxOpenKeys })

  function open(id: string, tenant: string, from: Reads): Promise<DataKey> {
    const cacheKey = cacheKeyOf(id, tenant)
    const known = opened.get(cacheKey)
    if (known) return known
    const opening = openStored(id, tenant, from)
    opened.set(cacheKey, opening)
    opening.catch(() => opened.delete(cacheKey))
    return opening
  }

  async function openStored(id: string, tenant: string, from: Reads): Promise<DataKey> {
    const row = await from
      .selectFrom('data_key')
      .select(['kid', 'wrapped'])
      .where('id', '=', id)
      .where('tenant', '=', tenant)
      .executeTakeFirst()
    if (!row) throw new SecretsUnavailable('The data key of a value is missing.')
    return importDataKey(id, await keys.unwrap(row, { tenant, id }))
  }

  /** Makes a key that a change may insert. It stays prepared while the tenant has no key, since the change may be rolled back. */
  async function preparedFor(tenant: string): Promise<NewDataKey> {
    const known = prepared.get(tenant)
    if (known) return known
    const fresh = await newDataKey(tenant, keys)
    prepared.set(tenant, fresh)
    opened.set(cacheKeyOf(fresh.key.id, tenant), Promise.resolve(fresh.key))
    return fresh
  }

  return {
    open,

    async current(tx, tenant) {
      const id = await newestKeyOf(tx, tenant)
      if (id !== undefined) return open(id, tenant, tx)
      const { row, key } = await preparedFor(tenant)
      await tx.insertInto('data_key').values(row).execute()
      return key
    },

    async prepare(tenant) {
      const id = await newestKeyOf(database.read, tenant)
      if (id !== undefined) await open(id, tenant, database.read)
      else await preparedFor(tenant)
    },
  }
}

function cacheKeyOf(id: string, tenant: string): string {
  return JSON.stringify([tenant, id])
}

export interface NewDataKey {
  row: DataKeyTable
  key: DataKey
}

/** Makes a data key and wraps it. */
export async function newDataKey(tenant: string, keys: KeySource): Promise<NewDataKey> {
  const id = crypto.randomUUID()
  const bytes = new Uint8Array(randomBytes(32))
  const { kid, wrapped } = await keys.wrap(bytes, { tenant, id })
  return {
    row: { id, tenant, kid, wrapped, at: new Date().toISOString() },
    key: await importDataKey(id, bytes),
  }
}

async function newestKeyOf(from: Reads, tenant: string): Promise<string | undefined> {
  const row = await from
    .selectFrom('data_key')
    .select('id')
    .where('tenant', '=', tenant)
    .orderBy('at', 'desc')
    .orderBy('id')
    .executeTakeFirst()
  return row?.id
}
