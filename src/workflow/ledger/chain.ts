/** Chain of records of one photo on one platform: a forced attempt follows the unknown outcome that it overrides. */
import type { Platform } from '../../contract/platform.ts'
import type { PhotoStore, RecordKey } from '../../ports/storage.ts'
import { type LedgerRecord, parseRecord, type UnreadableRecord } from './record.ts'

/** Upper bound on the attempts of a chain. A person asked for each of them, so a longer chain was not written by this program. */
const maxChain = 50

/** Returns the last record of the chain, or `null` if the photo has no record. */
export async function latestRecord(
  store: PhotoStore,
  sha256: string,
  platform: Platform,
): Promise<LedgerRecord | UnreadableRecord | null> {
  let key = mainKeyOf(sha256, platform)
  let last: LedgerRecord | UnreadableRecord | null = null
  for (let position = 1; position <= maxChain; position++) {
    const stored = await store.readRecord(key)
    if (!stored) break
    last = parseRecord(stored.text, position)
    if (last.state === 'posted') break
    key = successorKey(sha256, platform, last.attempt)
  }
  return last
}

/** Returns the key of the first record of the chain. */
export function mainKeyOf(sha256: string, platform: Platform): RecordKey {
  return ['ledger', sha256, `${platform}.json`]
}

/** Returns the key of the record that follows `attempt`. */
export function successorKey(sha256: string, platform: Platform, attempt: string): RecordKey {
  return ['ledger', sha256, `${platform}.after-${attempt}.json`]
}
