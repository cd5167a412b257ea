/** Changes the posts of one photo on all its channels at once. */
import { PublisherError } from '../../base/errors.ts'
import { type Channel, channelNamed } from '../../contract/channels.ts'
import { createLedger, type Ledger } from '../ledger.ts'
import { type FoundPhoto, findPost } from './find-post.ts'
import {
  type ChangeJob,
  type ChangeReport,
  type ChangeRequest,
  type ChangeTools,
  changeTiming,
} from './job.ts'
import { changePost } from './post.ts'
import { type ChangeKind, type ChangeResult, gone, unavailableHere } from './result.ts'

export interface Changed {
  /** Results by the names of the channels. */
  results: Readonly<Record<string, ChangeResult>>
}

/** Steps of one kind of change. */
export type ChangeSteps = Pick<ChangeJob, 'carryOut' | 'isAsWanted'>

/**
 * Changes the posts. A channel that fails does not stop the others, and every started change is completed. Without `platforms`, results
 * name the channels with an attempt at the photo, or all channels if there was none.
 *
 * `prepare` runs before anything is changed. Throws its errors, those of the store, and these:
 * - `photo_not_found`
 * - `invalid_request` for channels that are unknown, and after `signal` aborts
 * - `storage_not_atomic` if neither the storage nor the control plane can keep the ledger
 * - `claims_unavailable` if only the control plane could, and does not answer
 * - `busy` if too many posts of the tenant are in progress
 */
export async function changePosts(
  tools: ChangeTools,
  kind: ChangeKind,
  request: ChangeRequest,
  {
    prepare,
    report,
  }: { prepare(found: FoundPhoto, ledger: Ledger): Promise<ChangeSteps>; report: ChangeReport },
): Promise<Changed> {
  const { slots, store, now, onTrouble, timing = changeTiming } = tools
  const { name, requestId, signal } = request
  const change = async (): Promise<Changed> => {
    if (!(await store.canCreateAtomically())) throw notAtomic()
    const ledger = createLedger(store, now)
    const found = await findPost(tools, ledger, name, enabledChannels(tools))
    const channels = await chosen(tools, ledger, found.sha256, request)
    if (signal?.aborted) throw aborted()
    report('preparing')
    const steps = await prepare(found, ledger)
    const job = { ...steps, ...found, kind, ledger, requestId, timing, now, report, onTrouble }
    const results = channels.map(async (channel) => {
      const result = await changeOn(tools, channel, job)
      tools.onResult?.(channel, kind, result)
      return [channel.name, result] as const
    })
    return { results: Object.fromEntries(await Promise.all(results)) }
  }
  try {
    return await slots.run(platformsOf(tools, request), change, signal)
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw aborted()
    throw error
  }
}

/** Returns the platforms whose vendors a wait for a slot is counted for. */
function platformsOf(tools: ChangeTools, { platforms }: ChangeRequest) {
  const channels = tools.publishers.map(({ channel }) => channel)
  const named = platforms?.flatMap((name) => channelNamed(channels, name) ?? [])
  return (named ?? channels).map(({ platform }) => platform)
}

function enabledChannels({ publishers, unavailable }: ChangeTools): Channel[] {
  return [...publishers.map(({ channel }) => channel), ...unavailable]
}

async function chosen(
  tools: ChangeTools,
  ledger: Ledger,
  sha256: string,
  { platforms }: ChangeRequest,
): Promise<readonly Channel[]> {
  const enabled = enabledChannels(tools)
  const tried = await ledger.tried(sha256, enabled)
  if (platforms) {
    const known = [...enabled, ...tried]
    return [...new Set(platforms.map((name) => channelNamed(known, name) ?? unknownChannel(name)))]
  }
  const standings = await Promise.all(
    tried.map(async (channel) => ({ channel, standing: await ledger.standing(sha256, channel) })),
  )
  const found = standings.filter(({ standing }) => standing.kind !== 'free').map(({ channel }) => channel)
  return found.length > 0 ? found : enabled
}

async function changeOn(tools: ChangeTools, channel: Channel, job: ChangeJob): Promise<ChangeResult> {
  const publisher = tools.publishers.find((publisher) => publisher.channel.name === channel.name)
  if (publisher) return changePost(publisher, job)
  const isEnabled = tools.unavailable.some(({ name }) => name === channel.name)
  job.report('failed', { platform: channel.name })
  return isEnabled ? unavailableHere(channel) : gone(channel)
}

function unknownChannel(name: string): never {
  throw new PublisherError('invalid_request', `The channel ${name} is not set up here. Nothing was changed.`)
}

function notAtomic(): PublisherError {
  return new PublisherError(
    'storage_not_atomic',
    'Neither this storage nor the control plane can guarantee that two changes do not collide, so nothing was changed.',
  )
}

function aborted(): PublisherError {
  return new PublisherError('invalid_request', 'Request cancelled. Nothing was changed.')
}
