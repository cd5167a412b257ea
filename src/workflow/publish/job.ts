/** Publishing one photo: what the attempts on all channels share. */
import type { Credit } from '../../base/metadata/photographer.ts'
import type { Channel } from '../../contract/channels.ts'
import type { PostSlots } from '../../ports/post-slots.ts'
import type { Post } from '../../ports/publisher.ts'
import type { Ledger, Standing } from '../ledger.ts'
import type { Pictures } from './pictures.ts'

/** Time limits. */
export interface PublishTiming {
  /** Limit for sending to one platform: longer than any platform needs, and far shorter than a claim's lifetime. */
  sendingMs: number
  /** Pause between two attempts to save a receipt. Doubles each time. */
  receiptPauseMs: number
}

export const publishTiming: PublishTiming = { sendingMs: 90_000, receiptPauseMs: 250 }

export interface PublishJob {
  ledger: Ledger
  /** Returns the channel's standing at the start of the attempt. */
  standing(channel: Channel): Promise<Standing>
  pictures: Pictures
  /** Credit for the pictures. Never rejects. */
  credit(): Promise<Credit | null>
  slots: Pick<PostSlots, 'carry'>
  photo: Omit<Post, 'caption' | 'picture'>
  request: { dryRun: boolean; force: boolean; requestId: string }
  timing: PublishTiming
  now: () => number
  report(stage: string, details: { platform: string; [detail: string]: unknown }): void
  /** Receives the cause of a failure, for the log. */
  onTrouble(error: unknown): void
}
