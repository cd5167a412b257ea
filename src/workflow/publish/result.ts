/** Result of publishing on one channel, for people and programs. */
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import type { ChannelPublisher, PossibleChanges, Post, Receipt } from '../../ports/publisher.ts'
import type { Standing } from '../ledger.ts'
import type { PublishJob } from './job.ts'

export interface PlatformResult {
  success: boolean
  postId?: string
  url?: string
  /** Time at which the platform got the photo, also from an earlier attempt. */
  publishedAt?: Date
  /** Changes that are possible for the post. */
  changes?: PossibleChanges
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
  standing?: StopKind
}

type StopKind = Exclude<Standing['kind'], 'free' | 'retracted'>

type ResultTools = Pick<PublishJob, 'now' | 'onTrouble'>

/** Result for a post that is out. Never throws. */
export function published(
  publisher: ChannelPublisher,
  receipt: Receipt,
  { now, onTrouble }: ResultTools,
): PlatformResult {
  const { postId, url, postedAt } = receipt
  const result = { success: true, postId, publishedAt: postedAt, ...(url && { url }) }
  try {
    return { ...result, changes: publisher.changesOf(receipt, new Date(now())) }
  } catch (error) {
    // The post is out, although its publisher fails.
    onTrouble(error)
    return result
  }
}

/** Result for a photo that this attempt does not send. */
export function skipped(
  publisher: ChannelPublisher,
  standing: Exclude<Standing, { kind: 'free' }>,
  tools: ResultTools,
): PlatformResult {
  switch (standing.kind) {
    case 'duplicate':
      return { ...published(publisher, standing.receipt, tools), skipped: 'duplicate' }
    // The post was published and taken back since this attempt began.
    case 'retracted':
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

export function previewOf(
  publisher: ChannelPublisher,
  post: Omit<Post, 'picture'>,
  known: Standing,
): PlatformResult {
  const preview = publisher.describe(post)
  const subject = publisher.subject?.(post)
  return {
    success: false,
    skipped: 'dry_run',
    preview: [preview, ...hindranceOf(publisher, post, known)].join(' '),
    caption: post.caption,
    ...(subject !== undefined && { subject }),
    ...(known.kind !== 'free' && known.kind !== 'retracted' && { standing: known.kind }),
    ...(known.kind === 'duplicate' && {
      publishedAt: known.receipt.postedAt,
      ...(known.receipt.url && { url: known.receipt.url }),
    }),
  }
}

function hindranceOf(
  publisher: ChannelPublisher,
  { rating }: Pick<Post, 'rating'>,
  known: Standing,
): string[] {
  const { refusal } = publisher.effectOf(rating)
  const ofRating = refusal === undefined ? [] : [`But nothing would be sent: ${refusal}`]
  switch (known.kind) {
    case 'free':
    case 'retracted':
      return ofRating
    case 'duplicate':
      return [`But it has been there since ${known.receipt.postedAt.toISOString()}: nothing would be sent.`]
    case 'in_progress':
      return ['But another attempt is publishing it right now.']
    case 'unknown':
      return [
        `But we don’t know if ${attemptOf(known)} got through: ${nextStepOf(publisher, known)}`,
        ...ofRating,
      ]
  }
}

function nextStepOf({ confirm }: ChannelPublisher, { request }: Standing & { kind: 'unknown' }): string {
  return confirm && request ? 'the platform is asked first.' : 'it would be sent only with force.'
}

/** Result for a photo that the platform does not get because of its rating. */
export function refusedByRating(refusal: string): PlatformResult {
  return failureOf(new PublisherError('publish_refused', refusal))
}

export function failureOf(error: unknown): PlatformResult {
  if (isPublisherError(error)) return { success: false, error: error.message, code: error.code }
  return {
    success: false,
    error: 'Something went wrong on our side. Nothing was sent.',
    code: 'internal_error',
  }
}

/**
 * Throws `storage_full` if that is the outcome on every channel. Without space for a claim nothing was sent, and a new attempt will fail too
 * until a person makes space.
 */
export function expectSpace(results: Readonly<Record<string, PlatformResult>>): void {
  const all = Object.values(results)
  const reason = all[0]?.error ?? ''
  if (all.length > 0 && all.every(({ code }) => code === 'storage_full'))
    throw new PublisherError('storage_full', `${reason} Nothing was sent.`)
}
