/** Standing of a photo on a platform, according to the last record of its chain. */
import type { LedgerRecord, UnreadableRecord } from './record.ts'

/** State of a photo on a platform, as far as the ledger knows. */
export type Standing =
  | { kind: 'free' }
  | { kind: 'duplicate'; postId: string; postedAt: Date; url?: string }
  /** Another attempt is under way. */
  | { kind: 'in_progress'; since: Date | null }
  /**
   * The photo may have been sent: the process died, or the platform did not say. `since` is `null` if the record cannot be read.
   * `reason` is text for people.
   */
  | { kind: 'unknown'; attempt: string; since: Date | null; reason?: string }

/** Lifetime of a claim: an older claim belongs to a process that is gone. Clocks may differ by half of this time. */
export const claimPatienceMs = 10 * 60_000

/** Derives the standing from the last record of a chain. `now`: milliseconds since 1970. */
export function standingOf(record: LedgerRecord | UnreadableRecord | null, now: number): Standing {
  if (!record) return { kind: 'free' }
  if (record.state === 'unreadable') return { kind: 'unknown', attempt: record.attempt, since: null }
  if (record.state === 'posted') {
    const postedAt = new Date(record.posted_at)
    return { kind: 'duplicate', postId: record.post_id, postedAt, ...(record.url && { url: record.url }) }
  }
  const since = new Date(record.claimed_at)
  const isYoung = Math.abs(now - since.getTime()) < claimPatienceMs
  if (record.state === 'claimed' && isYoung) return { kind: 'in_progress', since }
  const reason = record.state === 'unknown' ? { reason: record.reason } : {}
  return { kind: 'unknown', attempt: record.attempt, since, ...reason }
}
