/** One photo to one platform: look, prepare, claim, send, keep the receipt. */
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import { pause, unlessAborted } from '../../base/time.ts'
import type { Platform } from '../../contract/platform.ts'
import type { PostSlots } from '../../ports/post-slots.ts'
import type { Post, Posted, Publisher } from '../../ports/publisher.ts'
import type { Claim, Ledger, Standing } from '../ledger.ts'
import type { Pictures } from './pictures.ts'

export interface PlatformResult {
  success: boolean
  postId?: string
  url?: string
  /** With `url`: when the platform got it, also by an earlier attempt. */
  publishedAt?: Date
  /** For people. */
  error?: string
  /** The code of the error. */
  code?: string
  skipped?: 'duplicate' | 'in_progress' | 'unknown' | 'dry_run'
  /** Published, and something beside it went wrong; for people. */
  warning?: string
  /** What would be sent. */
  preview?: string
  /** With a preview: the words as they would go out. */
  caption?: string
  /** With a preview: the subject, where there is one. */
  subject?: string
  /** With a preview: what an earlier attempt has left, where that hinders this one. */
  standing?: Exclude<Standing['kind'], 'free'>
}

/** How long things may take. Milliseconds. */
export interface PublishTiming {
  /** For sending to one platform: longer than any takes, far shorter than a claim is respected. */
  sendingMs: number
  /** Between two tries to keep a receipt; it doubles. */
  receiptPauseMs: number
}

export const publishTiming: PublishTiming = { sendingMs: 90_000, receiptPauseMs: 250 }

export interface PlatformJob {
  ledger: Ledger
  pictures: Pictures
  slots: Pick<PostSlots, 'carry'>
  photo: Omit<Post, 'caption' | 'picture'>
  request: { dryRun: boolean; force: boolean; requestId: string }
  timing: PublishTiming
  now: () => number
  report(stage: string, details: { platform: Platform; [detail: string]: unknown }): void
  /** Told the cause of a failure, for the log. */
  onTrouble(error: unknown): void
}

const receiptTries = 4

/** Never rejects: what goes wrong is in the result. */
export async function publishTo(
  publisher: Publisher,
  caption: string,
  job: PlatformJob,
): Promise<PlatformResult> {
  const { platform } = publisher
  const result = await attempt(publisher, caption, job).catch((error: unknown) => {
    job.onTrouble(error)
    return failureOf(error)
  })
  const isFailure = !result.success && !result.skipped && result.code !== 'publish_outcome_unknown'
  if (isFailure && !job.request.dryRun) {
    await rememberFailure(platform, result, job)
  }
  const stage = result.skipped ? 'skipped' : result.success ? 'sent' : 'failed'
  job.report(stage, {
    platform,
    ...(result.skipped && { reason: result.skipped }),
    ...(result.code && { code: result.code }),
  })
  return result
}

/** Lets people see the failure later. A storage that does not keep it changes nothing. */
export async function rememberFailure(
  platform: Platform,
  { error = '' }: PlatformResult,
  { ledger, photo, onTrouble }: PlatformJob,
): Promise<void> {
  await ledger.recordFailure(photo.sha256, platform, error).catch(onTrouble)
}

async function attempt(publisher: Publisher, caption: string, job: PlatformJob): Promise<PlatformResult> {
  const { ledger, photo, request, slots } = job
  const { platform } = publisher
  const { sha256 } = photo
  const known = await ledger.standing(sha256, platform)
  if (request.dryRun) return previewOf(publisher, { ...photo, caption }, known)
  const over = known.kind === 'unknown' && request.force ? known.attempt : null
  if (known.kind !== 'free' && over === null) return skipped(known)
  const picture = await pictureFor(publisher, job)
  if (picture.kind === 'duplicate') return skipped(picture)
  const post = { ...photo, caption, picture: picture.image }
  return slots.carry(picture.image.bytes.length, () => claimAndSend(publisher, post, over, job))
}

async function claimAndSend(
  publisher: Publisher,
  post: Post,
  over: Parameters<Ledger['claim']>[0]['over'],
  job: PlatformJob,
): Promise<PlatformResult> {
  const { ledger, request } = job
  const { platform } = publisher
  const { name: filename, sha256 } = post
  const claim = await ledger.claim({ sha256, platform, filename, requestId: request.requestId, over })
  if (claim.kind !== 'claimed') return skipped(claim)
  job.report('sending', { platform })
  let posted: Posted
  try {
    posted = await send(publisher, post, job.timing.sendingMs)
  } catch (error) {
    return failed(claim, error, job)
  }
  return keepReceipt(claim, posted, job)
}

/** A photo that cannot be read any more may have been published and archived by somebody else in the meantime. */
async function pictureFor({ platform, pictureBox }: Publisher, { ledger, pictures, photo }: PlatformJob) {
  try {
    return { kind: 'picture' as const, image: await pictures.get(pictureBox) }
  } catch (error) {
    const standing = await ledger.standing(photo.sha256, platform)
    if (standing.kind === 'duplicate') return standing
    throw error
  }
}

/** Ends in time, also where the publisher does not listen to its signal. */
async function send(publisher: Publisher, post: Post, ms: number): Promise<Posted> {
  const signal = AbortSignal.timeout(ms)
  return unlessAborted(publisher.publish(post, signal), signal)
}

/** What is no error of ours may have happened at any moment: then nobody can tell. */
async function failed(claim: Claim, error: unknown, { ledger, onTrouble }: PlatformJob) {
  onTrouble(error)
  const isSurelyNotSent = isPublisherError(error) && error.code !== 'publish_outcome_unknown'
  const result = failureOf(isSurelyNotSent ? error : outcomeUnknown(error))
  try {
    await (isSurelyNotSent ? ledger.release(claim) : ledger.markUnknown(claim, result.error ?? ''))
  } catch (trouble) {
    // The claim stays, and is an unknown outcome once it is old.
    onTrouble(trouble)
    result.warning = 'The storage did not answer afterwards, so this attempt will be shown as unknown.'
  }
  return result
}

async function keepReceipt(
  claim: Claim,
  posted: Posted,
  { ledger, timing, now, onTrouble }: PlatformJob,
): Promise<PlatformResult> {
  const sentAt = new Date(now())
  const { postId, url, warning } = posted
  const result = { success: true, postId, ...(url && { url }), ...(warning && { warning }) }
  for (let tries = 1; tries <= receiptTries; tries++) {
    if (tries > 1) await pause(timing.receiptPauseMs * 2 ** (tries - 2))
    try {
      const { postedAt } = await ledger.settle(claim, posted)
      return { ...result, publishedAt: postedAt }
    } catch (trouble) {
      onTrouble(trouble)
    }
  }
  const lost = 'It is published, but the storage did not keep the receipt: later it may be shown as unknown.'
  return { ...result, publishedAt: sentAt, warning: warning ? `${warning} ${lost}` : lost }
}

function skipped(standing: Exclude<Standing, { kind: 'free' }>): PlatformResult {
  switch (standing.kind) {
    case 'duplicate':
      return {
        success: true,
        skipped: 'duplicate',
        postId: standing.postId,
        publishedAt: standing.postedAt,
        ...(standing.url && { url: standing.url }),
      }
    case 'in_progress':
      return { success: false, skipped: 'in_progress', error: 'It is being published at this moment.' }
    case 'unknown':
      return {
        success: false,
        skipped: 'unknown',
        error: `Nobody knows whether ${attemptOf(standing)} got through. Look there, then publish again with force if it did not.`,
      }
  }
}

function attemptOf({ since }: Standing & { kind: 'unknown' }): string {
  return since ? `an attempt at ${since.toISOString()}` : 'an earlier attempt, whose record cannot be read,'
}

function previewOf(publisher: Publisher, post: Omit<Post, 'picture'>, known: Standing): PlatformResult {
  const preview = publisher.describe(post)
  const subject = publisher.subject?.(post)
  return {
    success: false,
    skipped: 'dry_run',
    preview: [preview, ...hindranceOf(known)].join(' '),
    caption: post.caption,
    ...(subject !== undefined && { subject }),
    ...(known.kind !== 'free' && { standing: known.kind }),
    ...(known.kind === 'duplicate' && {
      publishedAt: known.postedAt,
      ...(known.url && { url: known.url }),
    }),
  }
}

function hindranceOf(known: Standing): string[] {
  switch (known.kind) {
    case 'free':
      return []
    case 'duplicate':
      return [`But it is there already since ${known.postedAt.toISOString()}: nothing would be sent.`]
    case 'in_progress':
      return ['But it is being published at this moment.']
    case 'unknown':
      return [`But nobody knows whether ${attemptOf(known)} got through: it would be sent with force only.`]
  }
}

function failureOf(error: unknown): PlatformResult {
  if (isPublisherError(error)) return { success: false, error: error.message, code: error.code }
  return {
    success: false,
    error: 'Something went wrong on our side. Nothing was sent.',
    code: 'internal_error',
  }
}

function outcomeUnknown(cause: unknown): PublisherError {
  if (isPublisherError(cause)) return cause
  return new PublisherError(
    'publish_outcome_unknown',
    'Perhaps it was published, perhaps not: the answer got lost. Look there before you try again.',
    { cause },
  )
}
