/** One photo to one platform: look, prepare, claim, send, keep the receipt. */
import { isPublisherError, PublisherError } from '../../errors.ts'
import type { Claim, Ledger, Standing } from '../ledger.ts'
import type { Platform } from '../platform.ts'
import type { Post, Posted, Publisher } from '../ports/publisher.ts'
import type { Pictures } from './pictures.ts'

export interface PlatformResult {
  success: boolean
  postId?: string
  url?: string
  /** For people. */
  error?: string
  /** The code of the error. */
  code?: string
  skipped?: 'duplicate' | 'in_progress' | 'unknown' | 'dry_run'
  /** Published, and something beside it went wrong; for people. */
  warning?: string
  /** What would be sent. */
  preview?: string
}

export interface PlatformJob {
  ledger: Ledger
  pictures: Pictures
  photo: Omit<Post, 'caption' | 'picture'>
  request: { dryRun: boolean; force: boolean; requestId: string }
  report(stage: string, details: { platform: Platform; [detail: string]: unknown }): void
}

/** Far longer than any platform takes, far shorter than a claim is respected. */
const sendingMs = 90_000
const receiptTries = 3

/** Never rejects: what goes wrong is in the result. */
export async function publishTo(
  publisher: Publisher,
  caption: string,
  job: PlatformJob,
): Promise<PlatformResult> {
  const { platform } = publisher
  const result = await attempt(publisher, caption, job).catch(failureOf)
  const stage = result.skipped ? 'skipped' : result.success ? 'sent' : 'failed'
  job.report(stage, {
    platform,
    ...(result.skipped && { reason: result.skipped }),
    ...(result.code && { code: result.code }),
  })
  return result
}

async function attempt(publisher: Publisher, caption: string, job: PlatformJob): Promise<PlatformResult> {
  const { ledger, pictures, photo, request } = job
  const { platform } = publisher
  const { name: filename, sha256 } = photo
  const known = await ledger.standing(sha256, platform)
  if (request.dryRun) return previewOf(publisher, { ...photo, caption }, known)
  if (known.kind !== 'free' && !(known.kind === 'unknown' && request.force)) return skipped(known)
  const picture = await pictures.get(publisher.pictureBox)
  const claim = await ledger.claim({
    sha256,
    platform,
    filename,
    requestId: request.requestId,
    force: request.force,
  })
  if (claim.kind !== 'claimed') return skipped(claim)
  job.report('sending', { platform })
  let posted: Posted
  try {
    posted = await publisher.publish({ ...photo, caption, picture }, AbortSignal.timeout(sendingMs))
  } catch (error) {
    return failed(ledger, claim, error)
  }
  return keepReceipt(ledger, claim, posted)
}

/** What is no error of ours may have happened at any moment: then nobody can tell. */
async function failed(ledger: Ledger, claim: Claim, error: unknown): Promise<PlatformResult> {
  const isSurelyNotSent = isPublisherError(error) && error.code !== 'publish_outcome_unknown'
  const result = failureOf(isSurelyNotSent ? error : outcomeUnknown(error))
  // A claim that cannot be changed now becomes an unknown outcome by itself, and is told as one then.
  await (isSurelyNotSent ? ledger.release(claim) : ledger.markUnknown(claim, result.error ?? '')).catch(
    () => {
      result.warning = 'The storage did not answer afterwards, so this attempt will be shown as unknown.'
    },
  )
  return result
}

async function keepReceipt(ledger: Ledger, claim: Claim, posted: Posted): Promise<PlatformResult> {
  const { postId, url, warning } = posted
  const result = { success: true, postId, ...(url && { url }), ...(warning && { warning }) }
  for (let tries = 1; tries <= receiptTries; tries++) {
    const isKept = await ledger.settle(claim, posted).then(
      () => true,
      () => false,
    )
    if (isKept) return result
  }
  return {
    ...result,
    warning: 'It is published, but the storage did not keep the receipt: later it may be shown as unknown.',
  }
}

function skipped(standing: Exclude<Standing, { kind: 'free' }>): PlatformResult {
  switch (standing.kind) {
    case 'duplicate':
      return {
        success: true,
        skipped: 'duplicate',
        postId: standing.postId,
        ...(standing.url && { url: standing.url }),
      }
    case 'in_progress':
      return { success: false, skipped: 'in_progress', error: 'It is being published at this moment.' }
    case 'unknown':
      return {
        success: false,
        skipped: 'unknown',
        error: `Nobody knows whether an attempt at ${standing.since.toISOString()} got through. Look there, then publish again with force if it did not.`,
      }
  }
}

function previewOf(publisher: Publisher, post: Omit<Post, 'picture'>, known: Standing): PlatformResult {
  const standing = known.kind === 'free' ? '' : ` But: ${known.kind.replace('_', ' ')} by the ledger.`
  return { success: false, skipped: 'dry_run', preview: publisher.describe(post) + standing }
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
