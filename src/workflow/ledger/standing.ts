/** Standing of a photo on a channel, according to the last record of its chain. */
import type { Attempt, Receipt } from '../../ports/publisher.ts'
import type { AnyRecord, LedgerRecord } from './record.ts'

/** The photo is out. */
export interface Duplicate {
  kind: 'duplicate'
  attempt: string
  receipt: Receipt
  /** Caption that is out. `null` for posts of earlier versions. */
  caption: string | null
}

/** State of a photo on a channel, as far as the ledger knows. */
export type Standing =
  | { kind: 'free' }
  | Duplicate
  /** Another attempt is under way. */
  | { kind: 'in_progress'; since: Date | null }
  /**
   * The photo may have been sent: the process died, or the platform did not say. `since` and `request` are `null` if the record cannot be
   * read. `reason` is text for people. `request` is what the platform can be asked about.
   */
  | { kind: 'unknown'; attempt: string; since: Date | null; reason?: string; request: Attempt | null }
  /** The post was taken back. The photo may be published again. */
  | { kind: 'retracted'; attempt: string; retractedAt: Date }

/** Lifetime of a claim: an older claim belongs to a process that is gone. Clocks may differ by half of this time. */
export const claimPatienceMs = 10 * 60_000

/** Derives the standing from the last record of a chain. `now`: milliseconds since 1970. */
export function standingOf(record: AnyRecord | null, now: number): Standing {
  if (!record) return { kind: 'free' }
  const { attempt } = record
  if (record.state === 'unreadable') return { kind: 'unknown', attempt, since: null, request: null }
  if (record.state === 'retracted')
    return { kind: 'retracted', attempt, retractedAt: new Date(record.retracted_at) }
  if (record.state === 'posted') {
    const caption = record.corrections?.at(-1)?.caption ?? record.caption ?? null
    return { kind: 'duplicate', attempt, receipt: receiptOf(record), caption }
  }
  const since = new Date(record.claimed_at)
  const isYoung = Math.abs(now - since.getTime()) < claimPatienceMs
  if (record.state === 'claimed' && isYoung) return { kind: 'in_progress', since }
  const reason = record.state === 'unknown' ? { reason: record.reason } : {}
  // Records of earlier versions have no key. Their attempt is unique too.
  const request = { key: record.key ?? attempt, notes: record.notes ?? {} }
  return { kind: 'unknown', attempt, since, ...reason, request }
}

function receiptOf(record: LedgerRecord & { state: 'posted' }): Receipt {
  return {
    postId: record.post_id,
    ...(record.url && { url: record.url }),
    postedAt: new Date(record.posted_at),
    notes: record.notes ?? {},
    rating: record.rating ?? null,
  }
}
