/**
 * Rewraps data keys with the current key-encryption key, in small changes, while processes serve. An interrupted rotation continues when it
 * runs again: finished data keys already have the current key.
 */
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { Database } from '../database/database.ts'
import { type KeySource, KeysUnavailable, type WrappedKey } from './key-source.ts'

export interface Rewrapping {
  rewrapped: number
  /** Data keys that do not unwrap. Their key-encryption key is missing, or the rows are damaged. */
  left: number
}

interface StoredKey extends WrappedKey {
  id: string
  tenant: string
}

/** Data keys per change, which are unwrapped and wrapped at the same time. */
const keysPerStep = 20

/** Rewraps every data key that another key wraps. Throws `KeysUnavailable` after the finished steps if the key service fails. */
export async function rewrapDataKeys(database: Database, keys: KeySource, actor: Actor): Promise<Rewrapping> {
  const done = { rewrapped: 0, left: 0 }
  let after = ''
  for (;;) {
    const rows = await nextKeys(database, keys.currentKid(), after)
    const last = rows.at(-1)
    if (!last) return done
    after = last.id
    const fresh = await Promise.all(rows.map((row) => rewrap(row, keys)))
    const pairs = rows.flatMap((row, at) => {
      const wrapped = fresh[at]
      return wrapped ? [{ row, wrapped }] : []
    })
    done.left += rows.length - pairs.length
    done.rewrapped += await replaceKeys(database, pairs, actor)
  }
}

function nextKeys({ read }: Database, currentKid: string, after: string): Promise<StoredKey[]> {
  return read
    .selectFrom('data_key')
    .select(['id', 'tenant', 'kid', 'wrapped'])
    .where('kid', '<>', currentKid)
    .where('id', '>', after)
    .orderBy('id')
    .limit(keysPerStep)
    .execute()
}

async function rewrap(row: StoredKey, keys: KeySource): Promise<WrappedKey | undefined> {
  try {
    const bytes = await keys.unwrap(row, row)
    return await keys.wrap(bytes, row).finally(() => bytes.fill(0))
  } catch (error) {
    if (error instanceof KeysUnavailable || !(error instanceof SecretsUnavailable)) throw error
    return undefined
  }
}

/** Stores one step with its audit line. Returns the number of rows that no other rotation changed in between. */
async function replaceKeys(
  database: Database,
  pairs: readonly { row: StoredKey; wrapped: WrappedKey }[],
  actor: Actor,
): Promise<number> {
  if (pairs.length === 0) return 0
  return database.change(async (tx) => {
    let count = 0
    for (const { row, wrapped } of pairs) {
      const { numUpdatedRows } = await tx
        .updateTable('data_key')
        .set({ kid: wrapped.kid, wrapped: wrapped.wrapped })
        .where('id', '=', row.id)
        .where('wrapped', '=', row.wrapped)
        .executeTakeFirst()
      count += Number(numUpdatedRows)
    }
    const subject = pairs[0]?.wrapped.kid ?? ''
    await appendAudit(tx, [
      lineBy(actor, { action: 'keys.rotate', tenant: null, outcome: 'rewrapped', subject, count }),
    ])
    return count
  })
}
