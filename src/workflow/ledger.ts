/**
 * The ledger: records in the tenant's storage of what was sent to which platform. It stops a photo from going out twice, across
 * processes, clicks and file names. docs/publishing.md lists the steps.
 */
import { type Platform, platforms } from '../contract/platform.ts'
import type { PhotoName } from '../ports/photo.ts'
import type { Posted } from '../ports/publisher.ts'
import type { PhotoStore, RecordKey } from '../ports/storage.ts'
import { latestRecord, mainKeyOf, successorKey } from './ledger/chain.ts'
import { type Failure, failureKey, formatFailure, parseFailure } from './ledger/failure.ts'
import { type LedgerRecord, parseRecord } from './ledger/record.ts'
import { claimPatienceMs, type Standing, standingOf } from './ledger/standing.ts'

export type { Standing } from './ledger/standing.ts'

/** The right to send one photo to one platform. Exactly one attempt holds it. */
export interface Claim {
  readonly kind: 'claimed'
  /** Record that only this attempt writes. */
  readonly key: RecordKey
  /** First record of the chain, where every lookup starts. */
  readonly mainKey: RecordKey
  readonly record: LedgerRecord & { state: 'claimed' }
}

export interface Attempt {
  /** SHA-256 of the original bytes. */
  sha256: string
  platform: Platform
  filename: PhotoName
  requestId: string
  /** Attempt of unknown outcome that a person wants to repeat, otherwise `null`. No other record can be overridden. */
  over: string | null
}

export interface Ledger {
  standing(sha256: string, platform: Platform): Promise<Standing>
  /**
   * Claims the right to send. Exactly one of many concurrent callers gets the claim, even if all override the same attempt.
   * Reads the claim back first, because a storage that checks before it writes could grant the claim twice. Throws
   * `storage_not_atomic`.
   */
  claim(attempt: Attempt): Promise<Claim | Exclude<Standing, { kind: 'free' }>>
  /** Replaces the claim with the receipt: the platform has the photo. */
  settle(claim: Claim, posted: Posted): Promise<{ postedAt: Date }>
  /** Deletes the claim: the platform certainly does not have the photo. */
  release(claim: Claim): Promise<void>
  /** Marks the outcome as unknown. `reason` is text for people. */
  markUnknown(claim: Claim, reason: string): Promise<void>
  /** Records that the last attempt failed. Claims nothing, and counts only while the photo's standing is `free`. */
  recordFailure(sha256: string, platform: Platform, error: string): Promise<void>
  /** Returns the last failure, or `null` if no failure is recorded. */
  failure(sha256: string, platform: Platform): Promise<Failure | 'unreadable' | null>
  /** Returns the platforms that have any record of the photo, in the order of {@link platforms}. */
  platformsOf(sha256: string): Promise<Platform[]>
}

/** Creates the ledger of one storage. */
export function createLedger(store: PhotoStore, now: () => number): Ledger {
  const standing = async (sha256: string, platform: Platform) =>
    standingOf(await latestRecord(store, sha256, platform), now())

  return {
    standing,

    async claim({ sha256, platform, filename, requestId, over }) {
      const before = over === null ? null : await standing(sha256, platform)
      if (before?.kind === 'duplicate' || before?.kind === 'in_progress') return before
      // The person judged a different attempt.
      if (before?.kind === 'unknown' && before.attempt !== over) return before
      const record = {
        state: 'claimed' as const,
        attempt: crypto.randomUUID(),
        platform,
        filename,
        claimed_at: new Date(now()).toISOString(),
        request_id: requestId,
      }
      const mainKey = mainKeyOf(sha256, platform)
      const key = before?.kind === 'unknown' ? successorKey(sha256, platform, before.attempt) : mainKey
      const isCreated = await store.createRecord(key, JSON.stringify(record))
      if (isCreated && (await stillHolds(store, key, record, now)))
        return { kind: 'claimed', key, mainKey, record }
      const other = await standing(sha256, platform)
      // Another attempt's record was present a moment ago: that attempt has just released its claim, or overwritten this claim.
      return other.kind === 'free' ? { kind: 'in_progress', since: null } : other
    },

    async settle({ key, mainKey, record }, { postId, url }) {
      const postedAt = new Date(now())
      const posted_at = postedAt.toISOString()
      const receipt = { ...record, state: 'posted', posted_at, post_id: postId, ...(url && { url }) }
      await store.replaceRecord(key, JSON.stringify(receipt))
      // The chain leads to the receipt too. This copy only makes later lookups shorter.
      if (key !== mainKey) await store.replaceRecord(mainKey, JSON.stringify(receipt))
      return { postedAt }
    },

    async release({ key, record }) {
      // On another clock the claim may already be too old, so another attempt may have continued the chain. Deleting this record
      // would hide that attempt.
      const isLate = now() - Date.parse(record.claimed_at) >= claimPatienceMs / 2
      if (!isLate) await store.deleteRecord(key)
    },

    async markUnknown({ key, record }, reason) {
      await store.replaceRecord(key, JSON.stringify({ ...record, state: 'unknown', reason }))
    },

    async recordFailure(sha256, platform, error) {
      const failure = formatFailure({ at: new Date(now()), error })
      await store.replaceRecord(failureKey(sha256, platform), failure)
    },

    async failure(sha256, platform) {
      const stored = await store.readRecord(failureKey(sha256, platform))
      return stored && (parseFailure(stored.text) ?? 'unreadable')
    },

    async platformsOf(sha256) {
      const names = await store.listRecords(['ledger', sha256])
      return platforms.filter((platform) => names.some((name) => name.startsWith(`${platform}.`)))
    },
  }
}

/**
 * Reads the claim back, because a storage that let two attempts pass holds the text of only one attempt. Also returns false if
 * this process was suspended for too long. If the read fails, deletes the claim, because nothing was sent yet.
 */
async function stillHolds(
  store: PhotoStore,
  key: RecordKey,
  record: Claim['record'],
  now: () => number,
): Promise<boolean> {
  const stored = await store.readRecord(key).catch(async (error: unknown) => {
    await store.deleteRecord(key)
    throw error
  })
  const found = stored && parseRecord(stored.text, 1)
  const isOwn = found?.state === 'claimed' && found.attempt === record.attempt
  // Leaves half of the claim's time for sending: after the whole time another attempt may override this claim.
  return isOwn && now() - Date.parse(record.claimed_at) < claimPatienceMs / 2
}
