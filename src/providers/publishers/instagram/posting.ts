/** Posts a photo: container, state, publication. A lost answer is asked for, so that a photo is never posted twice. */
import { pause } from '../../../base/time.ts'
import type { Notes, Posted } from '../../../ports/publisher.ts'
import { type Caller, isUnanswered, repeating } from './calls.ts'
import {
  type ContainerContent,
  type ContainerState,
  createContainer,
  publishContainer,
  readyState,
  stateOf,
} from './containers.ts'
import { GraphFailure, means } from './failures.ts'
import { captionDigest, findMedia, permalinkOf, type Traces } from './media.ts'

/** Attempt under way. Outlives a change of credentials. */
export interface Progress {
  container: string | undefined
  traces: Traces
  /** True between a request to publish and the proof of its outcome. */
  mayBeOut: boolean
}

export interface PostingTools {
  caller: Caller
  progress: Progress
  /** Keeps notes in the claim. */
  note(more: Notes): Promise<void>
  pausesMs: readonly number[]
  signal: AbortSignal
}

/** Time limits of a round from a new container to the post, and of all rounds. Shorter than publishing waits for a platform. */
const roundTimes = { attemptTimeoutMs: 75_000, deadlineMs: 80_000 }

/** Upper bound on requests to publish a container. */
const maxPublications = 4

/** Reads the progress of an earlier attempt from its notes. */
export async function progressOf(notes: Notes, caption: string, now: number): Promise<Progress> {
  const digest = await captionDigest(caption)
  const isSame = notes.caption === digest && notes.container_id !== undefined
  const since = new Date(isSame ? (notes.started_at ?? now) : now)
  return {
    container: isSame ? notes.container_id : undefined,
    traces: { since, caption: digest },
    mayBeOut: false,
  }
}

/** Posts the photo and returns the post. Throws `GraphFailure`, the errors of `note`, and the reason of the signal. */
export async function postPhoto(content: ContainerContent, tools: PostingTools): Promise<Posted> {
  const { caller, progress, signal } = tools
  const isWorthwhile = (failure: unknown) =>
    !progress.mayBeOut &&
    (failure instanceof CreationFailed || means(failure, 'fetch_failed', 'container_lost'))
  try {
    const once = (attempt: AbortSignal) => postOnce(content, { ...tools, signal: attempt })
    return await repeating(once, isWorthwhile, { ...caller.retry, ...roundTimes }, signal)
  } catch (failure) {
    throw failure instanceof CreationFailed ? failure.cause : failure
  }
}

/** Wraps a failure that says nothing against another container. */
class CreationFailed extends Error {}

async function postOnce(content: ContainerContent, tools: PostingTools): Promise<Posted> {
  const container = (await earlierContainer(tools)) ?? (await newContainer(content, tools))
  return publishUntilOut(container, tools)
}

/** Returns the container of the attempt if it can still be published, or is published. */
async function earlierContainer({ caller, progress, signal }: PostingTools): Promise<string | undefined> {
  const { container } = progress
  if (container === undefined) return undefined
  const { state } = await stateOf(caller, container, signal)
  if (state === 'FINISHED' || state === 'PUBLISHED' || progress.mayBeOut) return container
  progress.container = undefined
  return undefined
}

async function newContainer(
  content: ContainerContent,
  { caller, progress, note, signal }: PostingTools,
): Promise<string> {
  const container = await createContainer(caller, content, signal).catch((cause: unknown) => {
    throw isUnanswered(cause) || means(cause, 'trouble') ? new CreationFailed('', { cause }) : cause
  })
  // The claim must know the container before it can be published.
  const { since, caption } = progress.traces
  await note({ container_id: container, started_at: since.toISOString(), caption })
  progress.container = container
  return container
}

async function publishUntilOut(container: string, tools: PostingTools): Promise<Posted> {
  const { caller, progress, pausesMs, signal } = tools
  let last: unknown
  for (let tries = 0; tries < maxPublications; tries++) {
    if (tries > 0) await pause(pausesMs[tries + 2] ?? 0, signal)
    if ((await readyForPublication(container, tools)) === 'PUBLISHED') return publishedPost(tools)
    progress.mayBeOut = true
    try {
      return await postOf(caller, await publishContainer(caller, container, signal), signal)
    } catch (failure) {
      last = failure
      // A lost request of an earlier try may have arrived meanwhile, which explains a refusal.
      if (isProof(failure) && tries === 0) progress.mayBeOut = false
      if (isProof(failure)) break
    }
  }
  if (progress.mayBeOut && (await readyForPublication(container, tools)) === 'PUBLISHED') {
    return publishedPost(tools)
  }
  if (means(last, 'container_lost')) progress.container = undefined
  // Without an answer, the last request may still be on its way.
  progress.mayBeOut = isUnanswered(last)
  throw last
}

/** Checks if the failure proves that its request published nothing. Trouble proves nothing. */
function isProof(failure: unknown): boolean {
  return (
    failure instanceof GraphFailure && failure.kind === 'refused' && !means(failure, 'trouble', 'not_ready')
  )
}

/** Waits for the container. Every state but `PUBLISHED` proves that nothing is out; a container that is gone proves nothing. */
async function readyForPublication(
  container: string,
  { caller, progress, pausesMs, signal }: PostingTools,
): Promise<'FINISHED' | 'PUBLISHED'> {
  const onState = (state: ContainerState) => {
    if (state !== 'PUBLISHED' && state !== 'MISSING') progress.mayBeOut = false
  }
  try {
    return await readyState(caller, container, { pausesMs, signal }, onState)
  } catch (failure) {
    // The next attempt needs another container.
    if (!progress.mayBeOut && means(failure, 'container_lost', 'fetch_failed')) progress.container = undefined
    throw failure
  }
}

/** Pauses before each look at the list of posts, which may lag behind. */
const listPauses = 3

/** Finds the post of a published container. A post that does not show up is out nevertheless. */
export async function publishedPost({
  caller,
  progress: { container = '', traces },
  pausesMs,
  signal,
}: Pick<PostingTools, 'caller' | 'progress' | 'pausesMs' | 'signal'>): Promise<Posted> {
  const unseen: Posted = {
    postId: container,
    notes: { media: 'unknown' },
    warning: 'The photo is on Instagram, but Instagram did not tell its address.',
  }
  for (let look = 0; look < listPauses; look++) {
    if (look > 0) await pause(pausesMs[look] ?? 0, signal)
    const search = await findMedia(caller, traces, signal).catch(() => null)
    const media = search?.kind === 'found' ? search.media : search?.kind === 'unclear' ? search.newest : null
    if (media) return { postId: media.id, ...(media.permalink && { url: media.permalink }) }
  }
  return unseen
}

/** Describes the new post. A missing link is no reason to fail: the post is out. */
async function postOf(caller: Caller, postId: string, signal: AbortSignal): Promise<Posted> {
  try {
    const url = await permalinkOf(caller, postId, signal)
    return { postId, ...(url !== undefined && { url }) }
  } catch {
    return { postId, warning: 'The photo is on Instagram, but Instagram did not tell its address.' }
  }
}
