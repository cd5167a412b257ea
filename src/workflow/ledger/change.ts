/** Claims on changing a post that is out: taking it back, or correcting its texts. A change may be repeated, unlike a post. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import type { Channel } from '../../contract/channels.ts'
import type { Notes } from '../../ports/publisher.ts'
import type { PhotoStore, RecordKey } from '../../ports/storage.ts'
import { changeKey } from './channel-files.ts'
import { lookUp } from './lookup.ts'
import { maxCorrections, type PostedRecord } from './record.ts'
import { claimPatienceMs, type Duplicate, type Standing } from './standing.ts'

export interface ChangeRequest {
  sha256: string
  channel: Channel
  /** Attempt of the post, from its {@link Duplicate}. */
  attempt: string
  requestId: string
}

/** The right to change one post. */
export interface Change {
  readonly kind: 'changing'
  readonly post: Duplicate
  /** Key of the claim on the change. */
  readonly claimKey: RecordKey
  /** Identifies the change in its claim. */
  readonly id: string
  /** Key of the receipt. */
  readonly key: RecordKey
  readonly record: PostedRecord
}

const claimSchema = z.object({ change: z.string(), claimed_at: z.iso.datetime(), request_id: z.string() })

/** Claims a change. Returns the standing instead if another change is under way, or if the post is not out any more. */
export async function claimChange(
  store: PhotoStore,
  now: () => number,
  { sha256, channel, attempt, requestId }: ChangeRequest,
): Promise<Change | Standing> {
  const claimKey = changeKey(sha256, channel.platform, attempt)
  const id = crypto.randomUUID()
  const claim: z.input<typeof claimSchema> = {
    change: id,
    claimed_at: new Date(now()).toISOString(),
    request_id: requestId,
  }
  const other = await takeClaim(store, claimKey, claim, now())
  if (other) return { kind: 'in_progress', since: other.since }
  try {
    const { standing, latest } = await lookUp(store, sha256, channel, now())
    if (standing.kind === 'duplicate' && standing.attempt === attempt && latest?.record.state === 'posted')
      return { kind: 'changing', post: standing, claimKey, id, key: latest.key, record: latest.record }
    await releaseChange(store, { claimKey, id })
    return standing
  } catch (error) {
    await releaseChange(store, { claimKey, id })
    throw error
  }
}

/** Creates the claim, or takes over a claim whose process is gone. Returns the other claim if it counts. */
async function takeClaim(
  store: PhotoStore,
  key: RecordKey,
  claim: z.input<typeof claimSchema>,
  now: number,
): Promise<{ since: Date | null } | null> {
  if (await store.createRecord(key, JSON.stringify(claim))) return null
  const stored = await store.readRecord(key)
  // The other change has just ended.
  if (!stored) return { since: null }
  const since = startOf(stored.text)
  const isYoung = since !== null && Math.abs(now - since.getTime()) < claimPatienceMs
  if (isYoung) return { since }
  // Two processes may take the claim over at once. The last writer has it.
  await store.replaceRecord(key, JSON.stringify(claim))
  const after = await store.readRecord(key)
  return after && idOf(after.text) === claim.change ? null : { since: null }
}

/** Ends a change without an effect on the post. Leaves the claim of another change alone. */
export async function releaseChange(
  store: PhotoStore,
  { claimKey, id }: Pick<Change, 'claimKey' | 'id'>,
): Promise<void> {
  const stored = await store.readRecord(claimKey)
  if (stored && idOf(stored.text) === id) await store.deleteRecord(claimKey)
}

/** Records that the post was taken back. The receipt stays readable. */
export async function recordRetraction(store: PhotoStore, change: Change, at: Date): Promise<void> {
  const record = { ...change.record, state: 'retracted', retracted_at: at.toISOString() }
  await store.replaceRecord(change.key, JSON.stringify(record))
  await releaseChange(store, change)
}

/** Records that the post has another caption. `notes`: those of the changed post, if they differ. */
export async function recordCorrection(
  store: PhotoStore,
  change: Change,
  { caption, notes, at }: { caption: string; notes?: Notes | undefined; at: Date },
): Promise<void> {
  const { record } = change
  const corrections = [...(record.corrections ?? []), { at: at.toISOString(), caption }]
  const corrected = {
    ...record,
    notes: { ...record.notes, ...notes },
    corrections: corrections.slice(-maxCorrections),
  }
  await store.replaceRecord(change.key, JSON.stringify(corrected))
  await releaseChange(store, change)
}

function startOf(text: string): Date | null {
  const { data } = claimSchema.safeParse(parseJson(text))
  return data ? new Date(data.claimed_at) : null
}

function idOf(text: string): string | undefined {
  return claimSchema.safeParse(parseJson(text)).data?.change
}
