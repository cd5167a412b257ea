/** Decides if an attempt sends the photo, according to its standing. Asks the platform about an unknown outcome where that is possible. */
import type { Attempt, ChannelPublisher, Posted } from '../../ports/publisher.ts'
import { type Confirm, confirmAttempt } from '../confirm-attempt.ts'
import type { Standing } from '../ledger.ts'
import type { PublishJob } from './job.ts'
import { type PlatformResult, published, skipped } from './result.ts'

export type Decision =
  /** `over`: attempt that the claim follows. `repeated`: attempt whose key and notes are used again. */
  { kind: 'send'; over: string | null; repeated: Attempt | null } | { kind: 'stop'; result: PlatformResult }

type Unknown = Standing & { kind: 'unknown' }

export async function decide(
  publisher: ChannelPublisher,
  known: Standing,
  job: PublishJob,
): Promise<Decision> {
  if (known.kind === 'free') return { kind: 'send', over: null, repeated: null }
  if (known.kind === 'retracted') return { kind: 'send', over: known.attempt, repeated: null }
  if (known.kind !== 'unknown') return stop(publisher, known, job)
  const { confirm } = publisher
  const { request } = known
  if (confirm && request) return askFirst(publisher, known, { confirm, request }, job)
  return job.request.force
    ? { kind: 'send', over: known.attempt, repeated: null }
    : stop(publisher, known, job)
}

/** Checks if an attempt at a channel of this standing may send the photo, so that its picture is made early. */
export function needsPicture(
  { confirm }: Pick<ChannelPublisher, 'confirm'>,
  known: Standing,
  { force }: Pick<PublishJob['request'], 'force'>,
): boolean {
  if (known.kind === 'unknown') return force || (confirm !== undefined && known.request !== null)
  return known.kind === 'free' || known.kind === 'retracted'
}

/** Asks the platform about the earlier attempt, also with force. Only a platform that does not say lets force decide. */
async function askFirst(
  publisher: ChannelPublisher,
  known: Unknown,
  { confirm, request }: { confirm: Confirm; request: Attempt },
  job: PublishJob,
): Promise<Decision> {
  const repeat = { kind: 'send' as const, over: known.attempt, repeated: request }
  let posted: Posted | null
  try {
    posted = await confirmAttempt(confirm, request)
  } catch (error) {
    job.onTrouble(error)
    return job.request.force ? repeat : stop(publisher, known, job)
  }
  return posted ? { kind: 'stop', result: await found(publisher, known, posted, job) } : repeat
}

/** Saves the receipt of a post that the platform has. A storage that fails does not change the platform's answer. */
async function found(
  publisher: ChannelPublisher,
  known: Unknown,
  posted: Posted,
  job: PublishJob,
): Promise<PlatformResult> {
  const { ledger, photo, now, onTrouble } = job
  const { channel } = publisher
  try {
    const standing = await ledger.settleFound(photo.sha256, channel, known.attempt, posted)
    if (standing.kind !== 'free') return skipped(publisher, standing, job)
  } catch (error) {
    onTrouble(error)
  }
  const postedAt = known.since ?? new Date(now())
  const { postId, url, notes = {} } = posted
  const receipt = { postId, ...(url && { url }), postedAt, notes, rating: null }
  return {
    ...published(publisher, receipt, job),
    skipped: 'duplicate',
    warning: 'Published earlier, but the storage did not save the receipt. It may show as unknown later.',
  }
}

function stop(
  publisher: ChannelPublisher,
  known: Exclude<Standing, { kind: 'free' }>,
  job: PublishJob,
): Decision {
  return { kind: 'stop', result: skipped(publisher, known, job) }
}
