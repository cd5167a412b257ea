/**
 * The ledger: what was sent to which platform, kept in the tenant's own storage, so that no photo goes out twice whichever process,
 * click or file name asks. docs/publishing.md has the sequence step by step.
 */
import { type LedgerRecord, parseRecord, type UnreadableRecord } from './ledger/record.ts'
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
  /** Sent perhaps: the process died, or the platform did not say. `since` is `null` where the record cannot be read. */
  | { kind: 'unknown'; attempt: string; since: Date | null }

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
  settle(claim: Claim, posted: Posted): Promise<void>
  /** The platform surely does not have it: everything is as it was before the claim. */
  release(claim: Claim): Promise<void>
  /** Nobody can tell. `reason` is for people. */
  markUnknown(claim: Claim, reason: string): Promise<void>
}

/** No attempt lasts that long, so an older claim belongs to a process that is gone. Clocks may differ by half of it. */
export const claimPatienceMs = 10 * 60_000

/** Each attempt of a chain was asked for by a person; a longer one was not made by us. */
const maxChain = 50

export function createLedger(store: PhotoStore, now: () => number): Ledger {
  /** The last attempt of the chain: a forced attempt follows the one that it was forced over. */
  async function latest(sha256: string, platform: Platform): Promise<LedgerRecord | UnreadableRecord | null> {
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

  function standingOf(record: LedgerRecord | UnreadableRecord | null): Standing {
    if (!record) return { kind: 'free' }
    if (record.state === 'unreadable') return { kind: 'unknown', attempt: record.attempt, since: null }
    if (record.state === 'posted') {
      return { kind: 'duplicate', postId: record.post_id, ...(record.url && { url: record.url }) }
    }
    const since = new Date(record.claimed_at)
    const isYoung = Math.abs(now() - since.getTime()) < claimPatienceMs
    if (record.state === 'claimed' && isYoung) return { kind: 'in_progress' }
    return { kind: 'unknown', attempt: record.attempt, since }
  }

  /**
   * Reads the claim back: a storage that let two attempts pass holds the text of one of them. Also false for a late sleeper. Where the
   * storage does not answer, the claim is taken back, as nothing was sent under it.
   */
  async function stillHolds(key: RecordKey, record: Claim['record']): Promise<boolean> {
    const stored = await store.readRecord(key).catch(async (error: unknown) => {
      await store.deleteRecord(key)
      throw error
    })
    const found = stored && parseRecord(stored.text, 1)
    const isOwn = found?.state === 'claimed' && found.attempt === record.attempt
    // Half of the patience is left for sending, as after that time another attempt may go over this one.
    return isOwn && now() - Date.parse(record.claimed_at) < claimPatienceMs / 2
  }

  const standing = async (sha256: string, platform: Platform) => standingOf(await latest(sha256, platform))

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
      if (isCreated && (await stillHolds(key, record))) return { kind: 'claimed', key, mainKey, record }
      const other = await standing(sha256, platform)
      // It was there a moment ago: an attempt that has just been given up, or one that has overwritten this one's claim.
      return other.kind === 'free' ? { kind: 'in_progress' } : other
    },

    async settle({ key, mainKey, record }, { postId, url }) {
      const posted_at = new Date(now()).toISOString()
      const receipt = { ...record, state: 'posted', posted_at, post_id: postId, ...(url && { url }) }
      await store.replaceRecord(key, JSON.stringify(receipt))
      // The chain leads there too; this only shortens the way.
      if (key !== mainKey) await store.replaceRecord(mainKey, JSON.stringify(receipt))
    },

    async release({ key, record }) {
      // By another clock somebody may have been let over it by then, and would lose their place in the chain.
      const isLate = now() - Date.parse(record.claimed_at) >= claimPatienceMs / 2
      if (!isLate) await store.deleteRecord(key)
    },

    async markUnknown({ key, record }, reason) {
      await store.replaceRecord(key, JSON.stringify({ ...record, state: 'unknown', reason }))
    },
  }
}

function mainKeyOf(sha256: string, platform: Platform): RecordKey {
  return ['ledger', sha256, `${platform}.json`]
}

function successorKey(sha256: string, platform: Platform, attempt: string): RecordKey {
  return ['ledger', sha256, `${platform}.after-${attempt}.json`]
}
