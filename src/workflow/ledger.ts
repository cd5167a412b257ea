/**
 * The ledger: what was sent to which platform, kept in the tenant's own storage, so that no photo goes out twice whichever process,
 * click or file name asks. docs/publishing.md has the sequence step by step.
 */

import { type LedgerRecord, parseRecord } from './ledger/record.ts'
import type { PhotoName } from './photo.ts'
import type { Platform } from './platform.ts'
import type { Posted } from './ports/publisher.ts'
import type { PhotoStore, RecordKey } from './ports/storage.ts'

/** What the ledger knows about a photo on a platform. */
export type Standing =
  | { kind: 'free' }
  | { kind: 'duplicate'; postId: string; url?: string }
  /** Somebody is at it right now. */
  | { kind: 'in_progress' }
  /** Sent perhaps: the process died, or the platform did not say. */
  | { kind: 'unknown'; since: Date }

/** The right to send one photo to one platform, held by exactly one attempt. */
export interface Claim {
  readonly kind: 'claimed'
  readonly key: RecordKey
  readonly record: LedgerRecord & { state: 'claimed' }
  /** The unknown outcome that this attempt was forced over. */
  readonly over: LedgerRecord | null
}

export interface Attempt {
  /** Of the very bytes that are sent. */
  sha256: string
  platform: Platform
  filename: PhotoName
  requestId: string
  /** Tries again over an unknown outcome. Overrides nothing else. */
  force: boolean
}

export interface Ledger {
  standing(sha256: string, platform: Platform): Promise<Standing>
  /** Of many callers at once exactly one gets the claim. Throws `storage_not_atomic`. */
  claim(attempt: Attempt): Promise<Claim | Exclude<Standing, { kind: 'free' }>>
  /** The platform has it: the receipt replaces the claim. */
  settle(claim: Claim, posted: Posted): Promise<void>
  /** The platform surely does not have it: everything is as it was before the claim. */
  release(claim: Claim): Promise<void>
  /** Nobody can tell. `reason` is for people. */
  markUnknown(claim: Claim, reason: string): Promise<void>
}

/** No attempt lasts that long, so an older claim belongs to a process that is gone. Also how far clocks may differ. */
export const claimPatienceMs = 10 * 60_000

/** A record may vanish between two looks, when an attempt has failed in between. */
const maxLooks = 5

export function createLedger(store: PhotoStore, now: () => number): Ledger {
  /** The last attempt of the chain: a forced attempt follows the one that it was forced over. */
  async function latest(sha256: string, platform: Platform): Promise<LedgerRecord | null> {
    let record = await read(mainKey(sha256, platform))
    while (record && record.state !== 'posted') {
      const next = await read(successorKey(sha256, platform, record))
      if (!next) return record
      record = next
    }
    return record
  }

  async function read(key: RecordKey): Promise<LedgerRecord | null> {
    const stored = await store.readRecord(key)
    return stored && parseRecord(stored.text)
  }

  function standingOf(record: LedgerRecord | null): Standing {
    if (!record) return { kind: 'free' }
    if (record.state === 'posted') {
      return { kind: 'duplicate', postId: record.post_id, ...(record.url && { url: record.url }) }
    }
    const since = new Date(record.claimed_at)
    const isYoung = Math.abs(now() - since.getTime()) < claimPatienceMs
    return record.state === 'claimed' && isYoung ? { kind: 'in_progress' } : { kind: 'unknown', since }
  }

  return {
    standing: async (sha256, platform) => standingOf(await latest(sha256, platform)),

    async claim({ sha256, platform, filename, requestId, force }) {
      const key = mainKey(sha256, platform)
      const record = {
        state: 'claimed' as const,
        attempt: crypto.randomUUID(),
        platform,
        filename,
        claimed_at: new Date(now()).toISOString(),
        request_id: requestId,
      }
      for (let look = 1; look <= maxLooks; look++) {
        if (await store.createRecord(key, JSON.stringify(record))) {
          return { kind: 'claimed', key, record, over: null }
        }
        const found = await latest(sha256, platform)
        const standing = standingOf(found)
        if (!found || standing.kind === 'free') continue
        if (standing.kind !== 'unknown' || !force) return standing
        const successor = successorKey(sha256, platform, found)
        if (!(await store.createRecord(successor, JSON.stringify(record)))) return { kind: 'in_progress' }
        // From here on the chain leads to this attempt; the main record only shortens the way.
        await store.replaceRecord(key, JSON.stringify(record))
        return { kind: 'claimed', key, record, over: found }
      }
      return { kind: 'in_progress' }
    },

    async settle({ key, record }, { postId, url }) {
      const { attempt, platform, filename, claimed_at, request_id } = record
      const posted_at = new Date(now()).toISOString()
      const receipt: LedgerRecord = {
        state: 'posted',
        attempt,
        platform,
        filename,
        claimed_at,
        request_id,
        posted_at,
        post_id: postId,
        ...(url && { url }),
      }
      await store.replaceRecord(key, JSON.stringify(receipt))
    },

    async release({ key, record, over }) {
      if (!over) return store.deleteRecord(key)
      const reason = over.state === 'unknown' ? over.reason : 'The earlier attempt never ended.'
      await store.replaceRecord(key, JSON.stringify({ ...record, state: 'unknown', reason }))
    },

    async markUnknown({ key, record }, reason) {
      await store.replaceRecord(key, JSON.stringify({ ...record, state: 'unknown', reason }))
    },
  }
}

function mainKey(sha256: string, platform: Platform): RecordKey {
  return ['ledger', sha256, `${platform}.json`]
}

function successorKey(sha256: string, platform: Platform, { attempt }: LedgerRecord): RecordKey {
  return ['ledger', sha256, `${platform}.after-${attempt}.json`]
}
