/** Publishes one photo to one platform: check the ledger, prepare the picture, claim, send, save the receipt. */
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
  /** Time at which the platform got the photo, also from an earlier attempt. */
  publishedAt?: Date
  /** Error text for people. */
  error?: string
  /** Code of the error. */
  code?: string
  skipped?: 'duplicate' | 'in_progress' | 'unknown' | 'dry_run'
  /** Problem after a successful publication, as text for people. */
  warning?: string
  /** Description of what would be sent. */
  preview?: string
  /** With a preview: the caption as it would be sent. */
  caption?: string
  /** With a preview: the subject line, on platforms that have subjects. */
  subject?: string
  /** With a preview: the standing that would stop this attempt. */
  standing?: Exclude<Standing['kind'], 'free'>
}

/** Time limits. */
export interface PublishTiming {
  /** Limit for sending to one platform: longer than any platform needs, and far shorter than a claim's lifetime. */
  sendingMs: number
  /** Pause between two attempts to save a receipt. Doubles each time. */
  receiptPauseMs: number
}

export const publishTiming: PublishTiming = { sendingMs: 90_000, receiptPauseMs: 250 }

export interface PlatformJob {
  ledger: Ledger
  /** Returns the platform's standing at the start of the attempt. */
  standing(platform: Platform): Promise<Standing>
  pictures: Pictures
  slots: Pick<PostSlots, 'carry'>
  photo: Omit<Post, 'caption' | 'picture'>
  request: { dryRun: boolean; force: boolean; requestId: string }
  timing: PublishTiming
  now: () => number
  report(stage: string, details: { platform: Platform; [detail: string]: unknown }): void
  /** Receives the cause of a failure, for the log. */
  onTrouble(error: unknown): void
}

const receiptTries = 4

/** Publishes to one platform. Never rejects: errors are part of the result. */
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

/** Records the failure, so that people see it later. Only logs errors of the storage. */
export async function rememberFailure(
  platform: Platform,
  { error = '' }: PlatformResult,
  { ledger, photo, onTrouble }: PlatformJob,
): Promise<void> {
  await ledger.recordFailure(photo.sha256, platform, error).catch(onTrouble)
}

async function attempt(publisher: Publisher, caption: string, job: PlatformJob): Promise<PlatformResult> {
  const { photo, request, slots } = job
  const known = await job.standing(publisher.platform)
  if (request.dryRun) return previewOf(publisher, { ...photo, caption }, known)
  if (known.kind !== 'free' && !isForced(known, request)) return skipped(known)
  const over = isForced(known, request) ? known.attempt : null
  const picture = await pictureFor(publisher, job)
  if (picture.kind === 'duplicate') return skipped(picture)
  const post = { ...photo, caption, picture: picture.image }
  return slots.carry(picture.image.bytes.length, () => claimAndSend(publisher, post, over, job))
}

/** Checks if an attempt at a platform of this standing would send the photo. */
export function needsPicture(known: Standing, request: Pick<PlatformJob['request'], 'force'>): boolean {
  return known.kind === 'free' || isForced(known, request)
}

function isForced(
  known: Standing,
  { force }: Pick<PlatformJob['request'], 'force'>,
): known is Standing & { kind: 'unknown' } {
  return known.kind === 'unknown' && force
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
    posted = await send(publisher, post, claim, job)
  } catch (error) {
    return failed(claim, error, job)
  }
  return keepReceipt(claim, posted, job)
}

/**
 * Returns the platform's picture. If the photo can no longer be read, another attempt may have published and archived it: then
 * returns that duplicate.
 */
async function pictureFor({ platform, pictureBox }: Publisher, { ledger, pictures, photo }: PlatformJob) {
  try {
    return { kind: 'picture' as const, image: await pictures.get(pictureBox) }
  } catch (error) {
    const standing = await ledger.standing(photo.sha256, platform)
    if (standing.kind === 'duplicate') return standing
    throw error
  }
}

/** Sends the post, and times out even if the publisher ignores its signal. */
async function send(
  publisher: Publisher,
  post: Post,
  { record }: Claim,
  { timing }: PlatformJob,
): Promise<Posted> {
  const signal = AbortSignal.timeout(timing.sendingMs)
  const attempt = { key: record.attempt, notes: {}, signal, note: async () => undefined }
  return unlessAborted(publisher.publish(post, attempt), signal)
}

/** Handles a failed send. An unexpected error may have occurred after sending, so its outcome is unknown. */
async function failed(claim: Claim, error: unknown, { ledger, onTrouble }: PlatformJob) {
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
  const lost = 'Published, but the storage did not save the receipt. It may show as unknown later.'
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
      return { success: false, skipped: 'in_progress', error: 'Another attempt is publishing it right now.' }
    case 'unknown':
      return {
        success: false,
        skipped: 'unknown',
        error: `We don’t know if ${attemptOf(standing)} got through. Check the platform, then publish again with force if it did not.`,
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
      return [`But it has been there since ${known.postedAt.toISOString()}: nothing would be sent.`]
    case 'in_progress':
      return ['But another attempt is publishing it right now.']
    case 'unknown':
      return [`But we don’t know if ${attemptOf(known)} got through: it would be sent only with force.`]
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
    'We don’t know if it was published: the response was lost. Check the platform before you try again.',
    { cause },
  )
}
