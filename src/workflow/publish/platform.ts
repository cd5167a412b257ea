/** Publishes one photo on one channel: check the ledger, prepare the picture, claim, send, save the receipt. */
import { creditedJpeg } from '../../base/picture/clean.ts'
import type { Channel } from '../../contract/channels.ts'
import type { ChannelPublisher } from '../../ports/publisher.ts'
import { decide } from './decide.ts'
import type { PublishJob } from './job.ts'
import { failureOf, type PlatformResult, previewOf, refusedByRating, skipped } from './result.ts'
import { claimAndSend } from './send.ts'

export type { PlatformResult } from './result.ts'

/** Publishes on one channel. Never rejects: errors are part of the result. */
export async function publishTo(
  publisher: ChannelPublisher,
  caption: () => Promise<string>,
  job: PublishJob,
): Promise<PlatformResult> {
  const { channel } = publisher
  const result = await attempt(publisher, caption, job).catch((error: unknown) => {
    job.onTrouble(error)
    return failureOf(error)
  })
  const isFailure = !result.success && !result.skipped && result.code !== 'publish_outcome_unknown'
  if (isFailure && !job.request.dryRun) await rememberFailure(channel, result, job)
  const stage = result.skipped ? 'skipped' : result.success ? 'sent' : 'failed'
  job.report(stage, {
    platform: channel.name,
    ...(result.skipped && { reason: result.skipped }),
    ...(result.code && { code: result.code }),
  })
  return result
}

/** Records the failure, so that people see it later. Only logs errors of the storage. */
export async function rememberFailure(
  channel: Channel,
  { error = '' }: PlatformResult,
  { ledger, photo, onTrouble }: PublishJob,
): Promise<void> {
  await ledger.recordFailure(photo.sha256, channel, error).catch(onTrouble)
}

async function attempt(
  publisher: ChannelPublisher,
  caption: () => Promise<string>,
  job: PublishJob,
): Promise<PlatformResult> {
  const { photo, request, slots } = job
  const known = await job.standing(publisher.channel)
  if (request.dryRun) return previewOf(publisher, { ...photo, caption: await caption() }, known)
  const decision = await decide(publisher, known, job)
  if (decision.kind === 'stop') return decision.result
  const { refusal } = publisher.effectOf(photo.rating)
  if (refusal !== undefined) return refusedByRating(refusal)
  const [picture, text] = await Promise.all([pictureFor(publisher, job), caption()])
  if (picture.kind === 'duplicate') return skipped(publisher, picture, job)
  const bytes = creditedJpeg(picture.image.bytes, await job.credit())
  const post = { ...photo, caption: text, picture: { ...picture.image, bytes } }
  return slots.carry(bytes.length, () => claimAndSend(publisher, post, decision, job))
}

/**
 * Returns the platform's picture. If the photo can no longer be read, another attempt may have published and archived it: then
 * returns that duplicate.
 */
async function pictureFor(
  { channel, pictureBox }: ChannelPublisher,
  { ledger, pictures, photo }: PublishJob,
) {
  try {
    return { kind: 'picture' as const, image: await pictures.get(pictureBox) }
  } catch (error) {
    const standing = await ledger.standing(photo.sha256, channel)
    if (standing.kind === 'duplicate') return standing
    throw error
  }
}
