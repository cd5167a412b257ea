/** Claims a photo for a channel, sends it, and saves the receipt. */
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import { pause, unlessAborted } from '../../base/time.ts'
import type { ChannelPublisher, Post, Posted, RunningAttempt } from '../../ports/publisher.ts'
import type { Claim, Ledger } from '../ledger.ts'
import type { Decision } from './decide.ts'
import type { PublishJob } from './job.ts'
import { failureOf, type PlatformResult, published, skipped } from './result.ts'

const receiptTries = 4

export async function claimAndSend(
  publisher: ChannelPublisher,
  post: Post,
  { over, repeated }: Decision & { kind: 'send' },
  job: PublishJob,
): Promise<PlatformResult> {
  const { ledger, request } = job
  const { channel } = publisher
  const attempt = repeated ?? { notes: publisher.plan?.() ?? {} }
  const claim = await ledger.claim({ ...attempt, channel, post, requestId: request.requestId, over })
  if (claim.kind !== 'claimed') return skipped(publisher, claim, job)
  job.report('sending', { platform: channel.name })
  const signal = AbortSignal.timeout(job.timing.sendingMs)
  const running = createAttempt(ledger, claim, signal)
  let posted: Posted
  try {
    // Times out even if the publisher ignores its signal.
    posted = await unlessAborted(publisher.publish(post, running.attempt), signal)
  } catch (error) {
    return failed(await running.claim(), error, job)
  }
  return keepReceipt(publisher, await running.claim(), posted, job)
}

/** Creates the publisher's view of a claim. Writes its notes one after the other. */
function createAttempt(ledger: Ledger, claimed: Claim, signal: AbortSignal) {
  let latest = claimed
  let writing: Promise<unknown> = Promise.resolve()
  const attempt: RunningAttempt = {
    key: claimed.record.key ?? claimed.record.attempt,
    get notes() {
      return latest.record.notes ?? {}
    },
    note(more) {
      const written = writing.then(async () => {
        latest = await ledger.note(latest, more)
      })
      writing = written.catch(() => undefined)
      return written
    },
    signal,
  }
  /** Returns the claim once all its notes are written, so that no late note replaces the outcome. */
  const claim = async () => {
    await writing
    return latest
  }
  return { attempt, claim }
}

/** Handles a failed send. An unexpected error may have occurred after sending, so its outcome is unknown. */
async function failed(claim: Claim, error: unknown, { ledger, onTrouble }: PublishJob) {
  onTrouble(error)
  const isSurelyNotSent = isPublisherError(error) && error.code !== 'publish_outcome_unknown'
  const result = failureOf(isSurelyNotSent ? error : outcomeUnknown(error))
  try {
    await (isSurelyNotSent ? ledger.release(claim) : ledger.markUnknown(claim, result.error ?? ''))
  } catch (trouble) {
    // The claim stays, and becomes an unknown outcome when the claim expires.
    onTrouble(trouble)
    result.warning = 'The storage did not respond afterwards, so this attempt will show as unknown.'
  }
  return result
}

async function keepReceipt(
  publisher: ChannelPublisher,
  claim: Claim,
  posted: Posted,
  job: PublishJob,
): Promise<PlatformResult> {
  const { ledger, timing, now, onTrouble } = job
  const { postId, url, warning } = posted
  const { notes, rating = null } = claim.record
  const resultAt = (postedAt: Date): PlatformResult => {
    const receipt = { postId, ...(url && { url }), postedAt, notes: { ...notes, ...posted.notes }, rating }
    return { ...published(publisher, receipt, job), ...(warning && { warning }) }
  }
  const sentAt = new Date(now())
  for (let tries = 1; tries <= receiptTries; tries++) {
    if (tries > 1) await pause(timing.receiptPauseMs * 2 ** (tries - 2))
    try {
      const { postedAt } = await ledger.settle(claim, posted)
      return resultAt(postedAt)
    } catch (trouble) {
      onTrouble(trouble)
    }
  }
  const lost = 'Published, but the storage did not save the receipt. It may show as unknown later.'
  return { ...resultAt(sentAt), warning: warning ? `${warning} ${lost}` : lost }
}

function outcomeUnknown(cause: unknown): PublisherError {
  if (isPublisherError(cause)) return cause
  return new PublisherError(
    'publish_outcome_unknown',
    'We don’t know if it was published: the response was lost. Check the platform before you try again.',
    { cause },
  )
}
