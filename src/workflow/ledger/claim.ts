/** Claims the right to send a photo to a channel. */
import type { Channel } from '../../contract/channels.ts'
import type { Notes, Post } from '../../ports/publisher.ts'
import type { PhotoStore, RecordKey } from '../../ports/storage.ts'
import { ledgerEntryOf } from './channel-files.ts'
import { type Lookup, lookUp, standingElsewhere } from './lookup.ts'
import { type ClaimRecord, parseRecord } from './record.ts'
import { claimPatienceMs, type Standing } from './standing.ts'

/** The right to send one photo to one channel. Exactly one attempt holds it. */
export interface Claim {
  readonly kind: 'claimed'
  /** Record that only this attempt writes. */
  readonly key: RecordKey
  readonly record: ClaimRecord
}

export interface ClaimRequest {
  channel: Channel
  post: Pick<Post, 'name' | 'sha256' | 'caption' | 'rating'>
  requestId: string
  /** Attempt that the claim follows: of unknown outcome, or taken back. No other record can be overridden. `null`: none. */
  over: string | null
  /** Key and notes of the attempt to repeat, or notes of the plan. Default: a new key, no notes. */
  key?: string
  notes?: Notes
}

export type ClaimResult = Claim | Exclude<Standing, { kind: 'free' }>

export async function claimPhoto(
  store: PhotoStore,
  now: () => number,
  request: ClaimRequest,
): Promise<ClaimResult> {
  const { channel, over } = request
  const { sha256 } = request.post
  const look = () => lookUp(store, sha256, channel, now())
  const before = await look()
  const { kind } = before.standing
  if (before.standing.kind !== 'free' && !isFollowed(before.standing, over)) return before.standing
  const record = newRecord(request, now())
  const isCreated = await store.createRecord(before.nextKey, JSON.stringify(record))
  const claim = { kind: 'claimed' as const, key: before.nextKey, record }
  const winner = isCreated ? await heldBy(store, claim, { request, now, before: kind }) : null
  if (winner === 'own') return claim
  const other = winner ?? (await look()).standing
  // Another attempt's record was present a moment ago: that attempt has just released its claim, or overwritten this claim.
  return other.kind === 'free' ? { kind: 'in_progress', since: null } : other
}

/** Checks that the caller has seen the outcome that its claim follows. */
function isFollowed(standing: Lookup['standing'], over: string | null): boolean {
  return (standing.kind === 'unknown' || standing.kind === 'retracted') && standing.attempt === over
}

function newRecord({ channel, post, requestId, key, notes }: ClaimRequest, now: number): ClaimRecord {
  const entry = ledgerEntryOf(channel)
  return {
    state: 'claimed',
    attempt: crypto.randomUUID(),
    platform: channel.platform,
    ...(entry !== undefined && { entry }),
    filename: post.name,
    claimed_at: new Date(now).toISOString(),
    request_id: requestId,
    key: key ?? crypto.randomUUID(),
    notes: { ...notes },
    caption: post.caption,
    rating: post.rating,
  }
}

/**
 * Reads the claim back, because a storage that let two attempts pass holds the text of only one attempt. Returns `null` if another attempt
 * has the claim, or if this process was suspended for too long. Withdraws the claim if the channel has a claim in its other file.
 * Also withdraws the claim if a read fails, because nothing was sent yet.
 */
async function heldBy(
  store: PhotoStore,
  { key, record }: Claim,
  { request, now, before }: { request: ClaimRequest; now: () => number; before: Standing['kind'] },
): Promise<'own' | Standing | null> {
  const reads = [
    store.readRecord(key),
    standingElsewhere(store, request.post.sha256, request.channel, { key, now: now() }),
  ] as const
  const [stored, elsewhere] = await Promise.all(reads).catch(async (error: unknown) => {
    await store.deleteRecord(key)
    throw error
  })
  const found = stored && parseRecord(stored.text, 1)
  const isOwn = found?.state === 'claimed' && found.attempt === record.attempt
  if (!isOwn) return null
  const isFree = elsewhere.kind === 'free' || elsewhere.kind === 'retracted'
  // Both files may hold an unknown outcome, and a person has judged a single outcome.
  if (!isFree && elsewhere.kind !== before) {
    await store.deleteRecord(key)
    return elsewhere
  }
  // Leaves half of the claim's time for sending: after the whole time another attempt may override this claim.
  return now() - Date.parse(record.claimed_at) < claimPatienceMs / 2 ? 'own' : null
}
