/** Result of changing a post on one channel, for people and programs. */
import type { Channel } from '../../contract/channels.ts'
import type { PostChange } from '../../ports/metrics.ts'
import type { Receipt } from '../../ports/publisher.ts'
import type { Standing } from '../ledger.ts'

/** Taking a post back, or correcting its texts. */
export type ChangeKind = PostChange

export interface ChangeResult {
  success: boolean
  /** Post that was changed. */
  postId?: string
  url?: string
  /** Error text for people. */
  error?: string
  /** Code of the error. */
  code?: string
  /** Reason why the platform was not asked to change anything. */
  skipped?: 'nothing_there' | 'retracted' | 'in_progress' | 'unknown' | 'impossible'
  /** Problem after a successful change, as text for people. */
  warning?: string
}

/** Result for a post that is as wanted. A post that was taken back has no address any more. */
export function changed(kind: ChangeKind, { postId, url }: Receipt): ChangeResult {
  return { success: true, postId, ...(kind === 'correct' && url && { url }) }
}

/** Result for a channel without a post that could be changed. */
export function notOut(kind: ChangeKind, standing: Standing): ChangeResult {
  switch (standing.kind) {
    case 'free':
      return { success: false, skipped: 'nothing_there', error: nothingThere[kind] }
    case 'retracted': {
      const at = standing.retractedAt.toISOString()
      return { success: false, skipped: 'retracted', error: `The post was already taken back on ${at}.` }
    }
    // The post was taken back and published again since this change began.
    case 'duplicate':
    case 'in_progress':
      return {
        success: false,
        skipped: 'in_progress',
        error: 'The photo is being published or changed there right now. Try again in a moment.',
      }
    case 'unknown':
      return {
        success: false,
        skipped: 'unknown',
        error: `We don’t know if the photo is there. ${advice[kind]}`,
      }
  }
}

const nothingThere: Readonly<Record<ChangeKind, string>> = {
  retract: 'The photo is not published there, so there is nothing to take back.',
  correct: 'The photo is not published there, so there is nothing to correct.',
}

const advice: Readonly<Record<ChangeKind, string>> = {
  retract: 'Check the platform, and delete the post there.',
  correct: 'Check the platform, and correct the post there.',
}

/** Result for a post that the platform does not let its account change. */
export function impossible(reason: string): ChangeResult {
  return { success: false, skipped: 'impossible', error: reason }
}

/** Result for a channel that is not in the configuration any more. */
export function gone({ name }: Channel): ChangeResult {
  return impossible(`The channel ${name} is not set up here any more. Change the post on the platform.`)
}

/** Result for a channel that this server cannot use. */
export function unavailableHere({ name }: Channel): ChangeResult {
  const error = `This server cannot use the channel ${name} yet. Change the post on the platform.`
  return { success: false, error, code: 'provider_unavailable' }
}
