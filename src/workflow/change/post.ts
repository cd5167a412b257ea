/** Changes one post: check the ledger, claim the change, ask the platform, record the outcome. docs/publishing.md lists the steps. */
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import { pause, unlessAborted } from '../../base/time.ts'
import type { Attempt, ChannelPublisher } from '../../ports/publisher.ts'
import { type Confirm, confirmAttempt } from '../confirm-attempt.ts'
import type { Change, Standing } from '../ledger.ts'
import type { ChangeJob } from './job.ts'
import { type ChangeKind, type ChangeResult, changed, impossible, notOut } from './result.ts'

const recordTries = 4

/** Changes the post on one channel. Never rejects: errors are part of the result. */
export async function changePost(publisher: ChannelPublisher, job: ChangeJob): Promise<ChangeResult> {
  const result = await attempt(publisher, job).catch((error: unknown): ChangeResult => {
    job.onTrouble(error)
    return isPublisherError(error)
      ? { success: false, error: error.message, code: error.code }
      : { success: false, error: 'Something went wrong on our side. Try again.', code: 'internal_error' }
  })
  const { name } = publisher.channel
  const { code, skipped } = result
  job.report(result.success ? 'changed' : 'failed', {
    platform: name,
    ...(code !== undefined && { code }),
    ...(skipped && { reason: skipped }),
  })
  return result
}

async function attempt(publisher: ChannelPublisher, job: ChangeJob): Promise<ChangeResult> {
  const { kind, ledger, sha256, requestId, now } = job
  const { channel } = publisher
  const standing = await askedStanding(publisher, job)
  if (standing.kind !== 'duplicate') return notOut(kind, standing)
  const possibility = publisher.changesOf(standing.receipt, new Date(now()))[kind]
  if (!possibility.possible) {
    const isAsWanted = await job.isAsWanted(publisher, standing)
    return isAsWanted ? changed(kind, standing.receipt) : impossible(possibility.reason)
  }
  const change = await ledger.claimChange({ sha256, channel, attempt: standing.attempt, requestId })
  if (change.kind !== 'changing') return notOut(kind, change)
  job.report('changing', { platform: channel.name })
  const signal = AbortSignal.timeout(job.timing.changingMs)
  let record: (change: Change) => Promise<unknown>
  try {
    // Times out even if the publisher ignores its signal.
    record = await unlessAborted(job.carryOut(publisher, change.post, signal), signal)
  } catch (error) {
    return notChanged(change, error, job)
  }
  return keepOutcome(change, record, job)
}

/** Returns the standing. Asks the platform about an unknown outcome where that is possible. */
async function askedStanding(publisher: ChannelPublisher, job: ChangeJob): Promise<Standing> {
  const { ledger, sha256 } = job
  const { channel } = publisher
  const standing = await ledger.standing(sha256, channel)
  if (standing.kind !== 'unknown' || !standing.request || !publisher.confirm) return standing
  const posted = await confirmed(publisher.confirm, standing.request, job)
  if (posted === undefined) return standing
  // The attempt never arrived. Its record stays for the next attempt to publish, which asks again.
  if (posted === null) return { kind: 'free' }
  return ledger.settleFound(sha256, channel, standing.attempt, posted)
}

/** Returns `undefined` if the platform does not say. */
async function confirmed(confirm: Confirm, request: Attempt, { onTrouble }: ChangeJob) {
  try {
    return await confirmAttempt(confirm, request)
  } catch (error) {
    onTrouble(error)
    return undefined
  }
}

/** Ends a change that failed or whose outcome is unknown. A change can be repeated, so its claim is not kept. */
async function notChanged(change: Change, error: unknown, job: ChangeJob): Promise<ChangeResult> {
  const { kind, ledger, onTrouble } = job
  onTrouble(error)
  const isSurelyUnchanged = isPublisherError(error) && error.code !== 'publish_outcome_unknown'
  const { message, code } = isSurelyUnchanged ? error : outcomeUnknown(kind, error)
  await ledger.releaseChange(change).catch(onTrouble)
  return { success: false, error: message, code }
}

const unknownTexts: Readonly<Record<ChangeKind, string>> = {
  retract: 'We don’t know if the post is gone: the connection dropped. Take it back again.',
  correct: 'We don’t know if the post has the new caption: the connection dropped. Correct it again.',
}

function outcomeUnknown(kind: ChangeKind, cause: unknown): PublisherError {
  return new PublisherError('publish_outcome_unknown', unknownTexts[kind], { cause })
}

const notRecorded: Readonly<Record<ChangeKind, string>> = {
  retract:
    'The post is gone, but the storage did not save that. It still shows as published; take it back again to correct that.',
  correct: 'The post is corrected, but the storage did not save that. Correct it again to save it.',
}

/** Records the outcome. The platform has made the change, so a storage that fails causes a warning only. */
async function keepOutcome(
  change: Change,
  record: (change: Change) => Promise<unknown>,
  { kind, ledger, timing, onTrouble }: ChangeJob,
): Promise<ChangeResult> {
  const result = changed(kind, change.post.receipt)
  for (let tries = 1; tries <= recordTries; tries++) {
    if (tries > 1) await pause(timing.recordPauseMs * 2 ** (tries - 2))
    try {
      await record(change)
      return result
    } catch (error) {
      onTrouble(error)
    }
  }
  await ledger.releaseChange(change).catch(onTrouble)
  return { ...result, warning: notRecorded[kind] }
}
