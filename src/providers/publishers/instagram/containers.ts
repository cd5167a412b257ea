/** Media containers: Instagram fetches the picture into one, and publishes the container ("Content Publishing"). */
import { z } from 'zod'
import { pause } from '../../../base/time.ts'
import { askGraph, type Caller, tellGraph } from './calls.ts'
import { containerFailure, GraphFailure, means } from './failures.ts'

/** State of a container. `MISSING`: Instagram does not know it, or no longer. */
export type ContainerState = 'IN_PROGRESS' | 'FINISHED' | 'PUBLISHED' | 'ERROR' | 'EXPIRED' | 'MISSING'

const idSchema = z.object({ id: z.string().min(1).max(100) })
const statusSchema = z.object({
  status_code: z.enum(['IN_PROGRESS', 'FINISHED', 'PUBLISHED', 'ERROR', 'EXPIRED']),
  status: z.string().optional().catch(undefined),
})

export interface ContainerContent {
  imageUrl: string
  caption: string
  altText: string | null
}

/** Pauses before each question about a container. Photos are ready nearly at once. */
export const defaultPausesMs: readonly number[] = [0, 250, 500, 1000, 2000, 4000, 8000, 8000]

/** Creates a container and returns its identifier. Nothing is public yet, so a repetition is harmless. Throws {@link GraphFailure}. */
export async function createContainer(
  caller: Caller,
  { imageUrl, caption, altText }: ContainerContent,
  signal: AbortSignal,
): Promise<string> {
  const body = {
    image_url: imageUrl,
    ...(caption !== '' && { caption }),
    ...(altText !== null && { alt_text: altText }),
  }
  const path = [caller.userId, 'media']
  const { id } = await tellGraph(caller, { method: 'POST', path, body, schema: idSchema }, signal)
  return id
}

/** Asks for the state of a container. Throws {@link GraphFailure}. */
export async function stateOf(
  caller: Caller,
  container: string,
  signal: AbortSignal,
): Promise<{ state: ContainerState; status: string }> {
  const query = { fields: 'status_code,status' }
  try {
    const call = { method: 'GET', path: [container], query, schema: statusSchema } as const
    const { status_code: state, status = '' } = await askGraph(caller, call, signal)
    return { state, status }
  } catch (failure) {
    if (means(failure, 'missing', 'container_lost')) return { state: 'MISSING', status: '' }
    throw failure
  }
}

/**
 * Waits until the container can be published or is published. `onState` hears each state. Throws {@link GraphFailure}: the reason of a
 * container that failed, or `not_ready` after the last pause.
 */
export async function readyState(
  caller: Caller,
  container: string,
  { pausesMs, signal }: { pausesMs: readonly number[]; signal: AbortSignal },
  onState: (state: ContainerState) => void,
): Promise<'FINISHED' | 'PUBLISHED'> {
  for (const ms of pausesMs) {
    if (ms > 0) await pause(ms, signal)
    const { state, status } = await stateOf(caller, container, signal)
    onState(state)
    if (state === 'FINISHED' || state === 'PUBLISHED') return state
    if (state !== 'IN_PROGRESS') throw containerFailure(status)
  }
  const reason = { code: 9007, subcode: 2207027, isTransient: false, words: '', waitMs: undefined }
  throw new GraphFailure('refused', 'the container is still in progress', reason)
}

/** Publishes the container once and returns the identifier of the post. Throws {@link GraphFailure}. */
export async function publishContainer(
  caller: Caller,
  container: string,
  signal: AbortSignal,
): Promise<string> {
  const body = { creation_id: container }
  const path = [caller.userId, 'media_publish']
  const { id } = await tellGraph(caller, { method: 'POST', path, body, schema: idSchema }, signal)
  return id
}
