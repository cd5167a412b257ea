/** Claims in the database. Each change and its audit line are one transaction. */

import { z } from 'zod'
import { appendAudit } from '../audit/chain.ts'
import { newClaim, nextClaim, type StoredClaim } from '../contract/claim-store.ts'
import type { NotedClaims } from '../contract/ports.ts'
import type { Database, Tx } from '../database/database.ts'

/** Upper bound on the claims of a tenant. */
const maxClaims = 100_000

const recordSchema = z.string().transform((text): unknown => JSON.parse(text))

type Reads = Pick<Tx, 'selectFrom'>

/** Creates the store. A tenant may have 100,000 claims. */
export function createSqlClaims(database: Database, now: () => number = Date.now): NotedClaims {
  return {
    create: (tenant, wanted, note) =>
      database.change(async (tx) => {
        const found = await find(tx, tenant, wanted.key)
        const created = found
          ? ({ outcome: 'taken', claim: found } as const)
          : (await isFull(tx, tenant))
            ? ({ outcome: 'full' } as const)
            : ({ outcome: 'created', claim: newClaim(wanted, now()) } as const)
        if (created.outcome === 'created')
          await tx.insertInto('claim').values(rowOf(tenant, created.claim)).execute()
        await appendAudit(tx, [note(created.outcome)])
        return created
      }),

    read: (tenant, key) => find(database.read, tenant, key),

    replace: (tenant, replacement, note) =>
      database.change(async (tx) => {
        const found = await find(tx, tenant, replacement.key)
        const replaced = !found
          ? ({ outcome: 'missing' } as const)
          : found.version !== replacement.version
            ? ({ outcome: 'changed', claim: found } as const)
            : ({ outcome: 'replaced', claim: nextClaim(found, replacement, now()) } as const)
        if (replaced.outcome === 'replaced') {
          await tx
            .updateTable('claim')
            .set(rowOf(tenant, replaced.claim))
            .where('tenant', '=', tenant)
            .where('key', '=', replacement.key)
            .execute()
        }
        await appendAudit(tx, [note(replaced.outcome)])
        return replaced
      }),

    delete: (tenant, key, version, note) =>
      database.change(async (tx) => {
        const found = await find(tx, tenant, key)
        const deleted =
          found && found.version !== version
            ? ({ outcome: 'changed', claim: found } as const)
            : ({ outcome: 'deleted' } as const)
        if (found && deleted.outcome === 'deleted')
          await tx.deleteFrom('claim').where('tenant', '=', tenant).where('key', '=', key).execute()
        await appendAudit(tx, [note(deleted.outcome)])
        return deleted
      }),
  }
}

async function find(from: Reads, tenant: string, key: string): Promise<StoredClaim | null> {
  const row = await from
    .selectFrom('claim')
    .select(['key', 'holder', 'version', 'record', 'created_at', 'expires_at'])
    .where('tenant', '=', tenant)
    .where('key', '=', key)
    .executeTakeFirst()
  return row ? { ...row, record: recordSchema.parse(row.record) } : null
}

async function isFull(tx: Tx, tenant: string): Promise<boolean> {
  const last = await tx
    .selectFrom('claim')
    .select('key')
    .where('tenant', '=', tenant)
    .orderBy('key')
    .offset(maxClaims - 1)
    .limit(1)
    .executeTakeFirst()
  return last !== undefined
}

function rowOf(tenant: string, { record, ...claim }: StoredClaim) {
  return { tenant, ...claim, record: JSON.stringify(record) }
}
