/** Changing the posts of one photo: what the changes on all channels share. */
import type { Channel } from '../../contract/channels.ts'
import type { PhotoName } from '../../ports/photo.ts'
import type { PostSlots } from '../../ports/post-slots.ts'
import type { ChannelPublisher } from '../../ports/publisher.ts'
import type { DigestTools } from '../content-digest.ts'
import type { Change, Duplicate, Ledger } from '../ledger.ts'
import type { ChangeKind, ChangeResult } from './result.ts'

/** Time limits. */
export interface ChangeTiming {
  /** Limit for the platform's answer, far shorter than the lifetime of a claim. */
  changingMs: number
  /** Pause between two attempts to save the outcome. Doubles each time. */
  recordPauseMs: number
}

export const changeTiming: ChangeTiming = { changingMs: 60_000, recordPauseMs: 250 }

export interface ChangeTools extends DigestTools {
  /** Channels that the tenant has enabled and this server can use. */
  publishers: readonly ChannelPublisher[]
  /** Channels that the tenant has enabled but this server cannot use. */
  unavailable: readonly Channel[]
  slots: Pick<PostSlots, 'run'>
  now: () => number
  /** Default: {@link changeTiming}. */
  timing?: ChangeTiming
  /** Receives the result of each channel. Must not throw. */
  onResult?(channel: Channel, kind: ChangeKind, result: ChangeResult): void
  /** Receives the cause of a failure or a warning, for the log. */
  onTrouble(error: unknown): void
}

export interface ChangeRequest {
  name: PhotoName
  /** Names of channels, or the `id`s of their entries. Default: all channels with an attempt at the photo. */
  platforms?: readonly string[]
  requestId: string
  /** Cancels the request before anything is changed. Later it has no effect. */
  signal?: AbortSignal
}

/** Reports the stages `preparing`, then `changing` and `changed` or `failed` for each channel. */
export type ChangeReport = (stage: string, details?: Readonly<Record<string, unknown>>) => void

export interface ChangeJob {
  kind: ChangeKind
  ledger: Ledger
  sha256: string
  requestId: string
  timing: ChangeTiming
  now: () => number
  report: ChangeReport
  onTrouble(error: unknown): void
  /** Changes the post on the platform. Returns the function that records the change in the ledger. */
  carryOut(
    publisher: ChannelPublisher,
    post: Duplicate,
    signal: AbortSignal,
  ): Promise<(change: Change) => Promise<unknown>>
  /** Checks if the post is already as wanted, where the platform cannot change it. */
  isAsWanted(publisher: ChannelPublisher, post: Duplicate): Promise<boolean>
}
