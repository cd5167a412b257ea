/** Key-encryption keys that the stored data keys need, beside those that are configured. */
import type { Database } from '../database/database.ts'
import type { KeySource } from './key-source.ts'

export interface KeyUse {
  /** Key that wraps new data keys. */
  current: string
  /** Number of data keys by the ID of their key-encryption key. */
  used: Readonly<Record<string, number>>
  /** Configured keys without a data key. */
  unused: readonly string[]
  /** Keys that data keys need, but that are not configured. Values below them do not open. */
  missing: readonly string[]
}

/** Counts the data keys of each key-encryption key. */
export async function keyUse({ read }: Database, keys: KeySource): Promise<KeyUse> {
  const rows = await read
    .selectFrom('data_key')
    .select((eb) => ['kid', eb.fn.countAll().as('count')])
    .groupBy('kid')
    .orderBy('kid')
    .execute()
  const used = Object.fromEntries(rows.map(({ kid, count }) => [kid, Number(count)]))
  const configured = keys.kids()
  return {
    current: keys.currentKid(),
    used,
    unused: configured.filter((kid) => !(kid in used)),
    missing: Object.keys(used).filter((kid) => !configured.includes(kid)),
  }
}
