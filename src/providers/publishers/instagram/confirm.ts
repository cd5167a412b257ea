/** Asks Instagram about the post of an earlier attempt, whose notes name its container. */
import type { Notes, Posted } from '../../../ports/publisher.ts'
import type { Caller } from './calls.ts'
import { stateOf } from './containers.ts'
import { outcomeUnknown } from './errors.ts'
import { findMedia } from './media.ts'
import { publishedPost } from './posting.ts'

/** Returns the post, or `null` if it is certainly not out. Throws `publish_outcome_unknown` and `GraphFailure`. */
export async function confirmPost(
  caller: Caller,
  { container_id: container, started_at: startedAt, caption = '' }: Notes,
  { pausesMs, signal }: { pausesMs: readonly number[]; signal: AbortSignal },
): Promise<Posted | null> {
  // The claim names the container before Instagram is told to publish it.
  if (container === undefined) return null
  const traces = { since: new Date(startedAt ?? 0), caption }
  const { state } = await stateOf(caller, container, signal)
  if (state === 'PUBLISHED') {
    const progress = { container, traces, mayBeOut: true }
    return publishedPost({ caller, progress, pausesMs, signal })
  }
  if (state !== 'MISSING' && state !== 'EXPIRED') return null
  // Instagram forgets containers after a day, published or not.
  const search = await findMedia(caller, traces, signal)
  if (search.kind === 'found') {
    const { id: postId, permalink: url } = search.media
    return { postId, ...(url !== undefined && { url }) }
  }
  if (search.kind === 'none' || state === 'EXPIRED') return null
  throw outcomeUnknown(new Error('the container is gone, and other posts are as recent'))
}
