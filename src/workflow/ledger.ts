/**
 * The ledger: records in the tenant's storage of what was sent to which channel. It stops a photo from going out twice, across
 * processes, clicks and file names. docs/publishing.md lists the steps.
 */
import { PublisherError } from '../base/errors.ts'
import type { Channel } from '../contract/channels.ts'
import type { Notes, Posted } from '../ports/publisher.ts'
import type { PhotoStore, RecordKey } from '../ports/storage.ts'
import {
  type Change,
  type ChangeRequest,
  claimChange,
  recordCorrection,
  recordRetraction,
  releaseChange,
} from './ledger/change.ts'
import { type Claim, type ClaimRequest, type ClaimResult, claimPhoto } from './ledger/claim.ts'
import { type Failure, readFailure, writeFailure } from './ledger/failure.ts'
import { lookUp } from './ledger/lookup.ts'
import { type LedgerRecord, parseRecord } from './ledger/record.ts'
import { claimPatienceMs, type Standing, standingOf } from './ledger/standing.ts'
import { isTried, triedChannels } from './ledger/traces.ts'

export type { Change } from './ledger/change.ts'
export type { Claim, ClaimRequest } from './ledger/claim.ts'
export type { Duplicate, Standing } from './ledger/standing.ts'

export interface Ledger {
  standing(sha256: string, channel: Channel): Promise<Standing>
  /**
   * Claims the right to send. Exactly one of many concurrent callers gets the claim, even if all override the same attempt.
   * Reads the claim back first, because a storage that checks before it writes could grant the claim twice. Throws
   * `storage_not_atomic`.
   */
  claim(request: ClaimRequest): Promise<ClaimResult>
  /** Adds notes to the claim. Returns the claim with its notes. Throws if the claim is not the caller's any more. */
  note(claim: Claim, more: Notes): Promise<Claim>
  /** Replaces the claim with the receipt: the platform has the photo. */
  settle(claim: Claim, posted: Posted): Promise<{ postedAt: Date }>
  /**
   * Writes the receipt of an attempt of unknown outcome, after the platform has said that the post arrived. Returns the standing
   * afterwards. Changes nothing if the attempt's outcome is not unknown any more.
   */
  settleFound(sha256: string, channel: Channel, attempt: string, posted: Posted): Promise<Standing>
  /** Deletes the claim: the platform certainly does not have the photo. */
  release(claim: Claim): Promise<void>
  /** Marks the outcome as unknown. `reason` is text for people. */
  markUnknown(claim: Claim, reason: string): Promise<void>
  /** Records that the last attempt failed. Claims nothing, and counts only while the photo's standing is `free` or `retracted`. */
  recordFailure(sha256: string, channel: Channel, error: string): Promise<void>
  /** Returns the last failure, or `null` if no failure is recorded. */
  failure(sha256: string, channel: Channel): Promise<Failure | 'unreadable' | null>
  /** Returns the channels that may have a record of the photo: of these, and those that are gone from the configuration. */
  tried(sha256: string, configured: readonly Channel[]): Promise<Channel[]>
  /** Checks if any attempt at the photo left a record on these channels, or on the first channel of any platform. */
  isTried(sha256: string, configured: readonly Channel[]): Promise<boolean>

  /**
   * Claims the right to change the post of an attempt. A claim older than ten minutes may be taken over, because changes can be repeated.
   * Returns the standing instead if another change is under way (`in_progress`), or if the post is not out any more.
   */
  claimChange(request: ChangeRequest): Promise<Change | Standing>
  /** Ends a change that did not happen. */
  releaseChange(change: Change): Promise<void>
  /** Records that the post was taken back, and ends the change. */
  retracted(change: Change): Promise<{ retractedAt: Date }>
  /** Records the caption that the post has now, and ends the change. `notes`: those of the changed post, if they differ. */
  corrected(change: Change, correction: { caption: string; notes?: Notes | undefined }): Promise<void>
}

/** Creates the ledger of one storage. */
export function createLedger(store: PhotoStore, now: () => number): Ledger {
  return {
    ...attemptsOf(store, now),
    ...changesOf(store, now),
    standing: async (sha256, channel) => (await lookUp(store, sha256, channel, now())).standing,
    recordFailure: (sha256, channel, error) =>
      writeFailure(store, sha256, channel, { at: new Date(now()), error }),
    failure: (sha256, channel) => readFailure(store, sha256, channel),
    tried: (sha256, configured) => triedChannels(store, sha256, configured),
    isTried: (sha256, configured) => isTried(store, sha256, configured),
  }
}

type Attempts = Pick<Ledger, 'claim' | 'note' | 'settle' | 'settleFound' | 'release' | 'markUnknown'>

function attemptsOf(store: PhotoStore, now: () => number): Attempts {
  const write = (key: RecordKey, record: LedgerRecord) => store.replaceRecord(key, JSON.stringify(record))
  const isLate = ({ record }: Claim) => now() - Date.parse(record.claimed_at) >= claimPatienceMs / 2
  /** Checks that no other process has ended this attempt, which is possible only once the claim is old. */
  const isStillOpen = async (claim: Claim) => !isLate(claim) || (await stateOf(store, claim)) === 'claimed'
  return {
    claim: (request) => claimPhoto(store, now, request),

    async note(claim, more) {
      if ((await stateOf(store, claim)) !== 'claimed') throw tooSlow()
      const record = { ...claim.record, notes: { ...claim.record.notes, ...more } }
      await write(claim.key, record)
      return { ...claim, record }
    },

    async settle(claim, posted) {
      const postedAt = new Date(now())
      const isTakenBack = isLate(claim) && (await stateOf(store, claim)) === 'retracted'
      if (!isTakenBack) await write(claim.key, receiptOf(claim.record, posted, postedAt))
      return { postedAt }
    },

    async settleFound(sha256, channel, attempt, posted) {
      const { standing, latest } = await lookUp(store, sha256, channel, now())
      const isMeant = standing.kind === 'unknown' && standing.attempt === attempt
      if (!isMeant || !latest || latest.record.state === 'unreadable') return standing
      const receipt = receiptOf(latest.record, posted, new Date(now()))
      await write(latest.key, receipt)
      return standingOf(receipt, now())
    },

    async release(claim) {
      // On another clock the claim may already be too old, so another attempt may have continued the chain. Deleting this record
      // would hide that attempt.
      if (!isLate(claim)) await store.deleteRecord(claim.key)
    },

    async markUnknown(claim, reason) {
      if (await isStillOpen(claim)) await write(claim.key, { ...claim.record, state: 'unknown', reason })
    },
  }
}

type Changes = Pick<Ledger, 'claimChange' | 'releaseChange' | 'retracted' | 'corrected'>

function changesOf(store: PhotoStore, now: () => number): Changes {
  return {
    claimChange: (request) => claimChange(store, now, request),
    releaseChange: (change) => releaseChange(store, change),
    async retracted(change) {
      const retractedAt = new Date(now())
      await recordRetraction(store, change, retractedAt)
      return { retractedAt }
    },
    corrected: (change, correction) =>
      recordCorrection(store, change, { ...correction, at: new Date(now()) }),
  }
}

/** Returns the state of the attempt's own record, or `null` if the record is another attempt's. */
async function stateOf(store: PhotoStore, { key, record }: Claim): Promise<LedgerRecord['state'] | null> {
  const stored = await store.readRecord(key)
  const found = stored && parseRecord(stored.text, 1)
  return found && found.state !== 'unreadable' && found.attempt === record.attempt ? found.state : null
}

/** Keeps notes of the attempt beside those of the post. */
function receiptOf(claim: LedgerRecord, { postId, url, notes }: Posted, postedAt: Date): LedgerRecord {
  return {
    ...claim,
    state: 'posted',
    posted_at: postedAt.toISOString(),
    post_id: postId,
    ...(url && { url }),
    notes: { ...claim.notes, ...notes },
  }
}

function tooSlow(): PublisherError {
  return new PublisherError('publish_unavailable', 'The attempt took too long. Nothing was sent.')
}
