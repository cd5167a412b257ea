/**
 * The ledger: what was sent to which platform, kept in the tenant's own storage, so that no photo goes out twice whichever process,
 * click or file name asks. docs/publishing.md has the sequence step by step.
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

/** The right to send one photo to one platform, held by exactly one attempt. */
export interface Claim {
  readonly kind: 'claimed'
  /** Written by this attempt and by no other. */
  readonly key: RecordKey
  /** The first of the chain, where everybody looks first. */
  readonly mainKey: RecordKey
  readonly record: LedgerRecord & { state: 'claimed' }
}

export interface Attempt {
  /** Of the very bytes that are sent. */
  sha256: string
  platform: Platform
  filename: PhotoName
  requestId: string
  /** The attempt of unknown outcome that a person wants to be tried again. Nothing else can be overridden. */
  over: string | null
}

export interface Ledger {
  standing(sha256: string, platform: Platform): Promise<Standing>
  /**
   * Of many callers at once exactly one gets the claim, also of many over one attempt. The claim is read back before it is given, so
   * that a storage which looks first and writes later cannot give it twice. Throws `storage_not_atomic`.
   */
  claim(attempt: Attempt): Promise<Claim | Exclude<Standing, { kind: 'free' }>>
  /** The platform has it: the receipt replaces the claim. */
  settle(claim: Claim, posted: Posted): Promise<{ postedAt: Date }>
  /** The platform surely does not have it: everything is as it was before the claim. */
  release(claim: Claim): Promise<void>
  /** Nobody can tell. `reason` is for people. */
  markUnknown(claim: Claim, reason: string): Promise<void>
  /** Remembers that the last attempt failed. Claims nothing, and counts only while the photo's standing is free. */
  recordFailure(sha256: string, platform: Platform, error: string): Promise<void>
  /** The last failure, `null` where there is none. */
  failure(sha256: string, platform: Platform): Promise<Failure | 'unreadable' | null>
  /** Platforms that have any record of the photo, in the order of {@link platforms}. */
  platformsOf(sha256: string): Promise<Platform[]>
}

/** Makes the ledger of one storage. */
export function createLedger(store: PhotoStore, now: () => number): Ledger {
  const standing = async (sha256: string, platform: Platform) =>
    standingOf(await latestRecord(store, sha256, platform), now())

  return {
    standing,

    async claim({ sha256, platform, filename, requestId, over }) {
      const before = over === null ? null : await standing(sha256, platform)
      if (before?.kind === 'duplicate' || before?.kind === 'in_progress') return before
      // Another attempt than the one that the person has judged.
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
      // It was there a moment ago: an attempt that has just been given up, or one that has overwritten this one's claim.
      return other.kind === 'free' ? { kind: 'in_progress', since: null } : other
    },

    async settle({ key, mainKey, record }, { postId, url }) {
      const postedAt = new Date(now())
      const posted_at = postedAt.toISOString()
      const receipt = { ...record, state: 'posted', posted_at, post_id: postId, ...(url && { url }) }
      await store.replaceRecord(key, JSON.stringify(receipt))
      // The chain leads there too; this only shortens the way.
      if (key !== mainKey) await store.replaceRecord(mainKey, JSON.stringify(receipt))
      return { postedAt }
    },

    async release({ key, record }) {
      // By another clock somebody may have been let over it by then, and would lose their place in the chain.
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
 * Reads the claim back: a storage that let two attempts pass holds the text of one of them. Also false for a late sleeper. Where the
 * storage does not answer, the claim is taken back, as nothing was sent under it.
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
  // Half of the patience is left for sending, as after that time another attempt may go over this one.
  return isOwn && now() - Date.parse(record.claimed_at) < claimPatienceMs / 2
}
