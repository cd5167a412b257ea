/**
 * Chain of records of one photo in one file of a channel. An attempt follows the unknown outcome that it overrides, or the post that was
 * taken back. Each record is written by its own attempt alone.
 */
import type { PhotoStore, RecordKey } from '../../ports/storage.ts'
import { headKey, successorKey } from './channel-files.ts'
import { type AnyRecord, parseRecord } from './record.ts'
import { claimPatienceMs } from './standing.ts'

/** Upper bound on the attempts of a chain. A person asked for each of them, so a longer chain was not written by this program. */
const maxChain = 100

export interface Chain {
  file: string
  /** Entry that the records name. `undefined` if none does. */
  entry: string | undefined
  /** The newest post that is out, otherwise the last record. `null` if the photo has no record. */
  latest: { record: AnyRecord; key: RecordKey } | null
}

export async function readChain(store: PhotoStore, sha256: string, file: string): Promise<Chain> {
  const chain: Chain = { file, entry: undefined, latest: null }
  let key = headKey(sha256, file)
  for (let position = 1; position <= maxChain; position++) {
    const stored = await store.readRecord(key)
    if (!stored) break
    const record = parseRecord(stored.text, position)
    chain.entry = record.entry ?? chain.entry
    if (record.state === 'posted' || chain.latest?.record.state !== 'posted') chain.latest = { record, key }
    if (record.state === 'posted' && !mayHaveSuccessor(record)) break
    key = successorKey(sha256, file, record.attempt)
  }
  return chain
}

/**
 * Checks if another attempt may follow a receipt. A process that was suspended may write its receipt or its correction over a post that was
 * taken back meanwhile. The next post must not be hidden then.
 */
function mayHaveSuccessor(record: AnyRecord & { state: 'posted' }): boolean {
  const sendingMs = Date.parse(record.posted_at) - Date.parse(record.claimed_at)
  return record.corrections !== undefined || sendingMs >= claimPatienceMs / 2
}
