/** API keys of a tenant's programs. The database holds their digests, and each key is shown once. */
import { randomBytes } from 'node:crypto'
import { type ApiKeyScope, maxApiKeys } from '../../src/contract/api-keys.ts'
import { type Actor, lineBy } from '../audit/actor.ts'
import { sha256Hex } from '../contract/canonical.ts'
import type { Database } from '../database/database.ts'
import { touch } from '../registry/sql/touch.ts'

export interface NewApiKey {
  tenant: string
  name: string
  scopes: readonly ApiKeyScope[]
  /** ISO 8601. `null`: the key does not expire. */
  expiresAt: string | null
}

/** Key as people see it in a list. */
export interface ListedApiKey {
  id: string
  name: string
  scopes: string[]
  created_by: string
  created_at: string
  expires_at: string | null
}

/** Key right after its creation, which is the only time at which it is known. */
export interface CreatedApiKey extends ListedApiKey {
  key: string
}

/** Random bytes of a key. */
const keyBytes = 32

/** Creates a key. Returns `null`, and changes nothing, if the tenant has as many keys as it may have. */
export async function createApiKey(
  database: Database,
  { tenant, name, scopes, expiresAt }: NewApiKey,
  actor: Actor,
  now: number,
): Promise<CreatedApiKey | null> {
  const key = `pk_${tenant}_${randomBytes(keyBytes).toString('base64url')}`
  const sha256 = await sha256Hex(key)
  const id = `key_${crypto.randomUUID()}`
  const row = { id, name, created_by: actor.name, at: new Date(now).toISOString(), expires_at: expiresAt }
  return database.change(async (tx) => {
    const found = await tx
      .selectFrom('api_key')
      .select((eb) => eb.fn.countAll().as('count'))
      .where('tenant', '=', tenant)
      .executeTakeFirst()
    if (Number(found?.count) >= maxApiKeys) return null
    await tx
      .insertInto('api_key')
      .values({ ...row, tenant, sha256, scopes: scopes.join(',') })
      .execute()
    await touch(tx, tenant, lineBy(actor, { action: 'key.create', tenant, outcome: 'created', subject: id }))
    return { ...listed({ ...row, scopes: scopes.join(',') }), key }
  })
}

/** Lists the keys of a tenant, oldest first. */
export async function listApiKeys({ read }: Database, tenant: string): Promise<ListedApiKey[]> {
  const rows = await read
    .selectFrom('api_key')
    .select(['id', 'name', 'scopes', 'created_by', 'at', 'expires_at'])
    .where('tenant', '=', tenant)
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map(listed)
}

/** Deletes a key. Returns false, and changes nothing, if the tenant has no key of this ID. */
export function deleteApiKey(
  database: Database,
  { tenant, id }: { tenant: string; id: string },
  actor: Actor,
): Promise<boolean> {
  return database.change(async (tx) => {
    const { numDeletedRows } = await tx
      .deleteFrom('api_key')
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .executeTakeFirst()
    if (numDeletedRows === 0n) return false
    await touch(tx, tenant, lineBy(actor, { action: 'key.delete', tenant, outcome: 'deleted', subject: id }))
    return true
  })
}

interface KeyRow {
  id: string
  name: string
  scopes: string
  created_by: string
  at: string
  expires_at: string | null
}

function listed({ id, name, scopes, created_by, at, expires_at }: KeyRow): ListedApiKey {
  return { id, name, scopes: scopes.split(','), created_by, created_at: at, expires_at }
}
