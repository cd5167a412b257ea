/** A platform with a publisher, as the contract suites of publishers use it. */
import type { Rating } from '../../../src/contract/rating.ts'
import type { Notes, Posted, Publisher, Receipt, RunningAttempt } from '../../../src/ports/publisher.ts'
import { attemptOf } from '../fixtures/posts.ts'

/** A post as people see it on the platform. */
export interface SeenPost {
  caption: string
  /** Absent on platforms without alt text. */
  altText?: string | null
  /** Label in the words of `Publisher.effectOf`. Absent: none. */
  label?: string | undefined
  /** The picture that arrived. */
  bytes: Uint8Array
}

/** Errors that a platform may answer with, and that certainly posted nothing. */
export type Failing = 'publish_refused' | 'rate_limited' | 'publish_unavailable'

export interface PublisherScene {
  /**
   * A publisher whose credentials are good, bad, or bad until they are resolved again. `settings` are added to the `config` of its entry,
   * such as `rating_map`.
   */
  publisher(credentials?: 'good' | 'bad' | 'stale', settings?: Readonly<Record<string, unknown>>): Publisher
  /** Counts the posts that have reached the platform, with those that were taken back. */
  received(): number | Promise<number>
  /** Accepts the next post and then drops the connection without an answer. */
  loseNextAnswer(): void
  /** Stops the platform. Later connections are refused. */
  stop(): Promise<void>
  /** Lists the posts that people can see now, oldest first. */
  posts?(): readonly SeenPost[] | Promise<readonly SeenPost[]>
  /** Makes the platform fail the next post, so that its publisher throws the error of this name. */
  failures?: Readonly<Partial<Record<Failing, () => void>>>
  /** Accepts the next retraction or correction and then drops the connection without an answer. */
  loseNextChange?(): void
}

export interface PublisherTraits {
  /** Outcome of a lost answer: the publisher asks the platform, or leaves the outcome unknown. Default: `unknown`. */
  losesAnswers?: 'unknown' | 'confirmed'
  /** True when the platform has alt text. Default: false. */
  altText?: boolean
  /** True when a fresh post can be taken back. Default: false. */
  retracts?: boolean
  /** Rating of ordinary posts. Default: `nudity`. */
  rating?: Rating
  /** Upper bound on the mentions of a caption. Default: 200, which no caption of the suite exceeds. */
  maxMentions?: number
  /** True when the texts of a fresh post can be changed. Default: false. */
  corrects?: boolean
}

/** Returns a new attempt with the notes that the publisher plans. `kept` collects the notes that the publisher adds. */
export function planned(
  publisher: Publisher,
  { kept, signal }: { kept?: Notes[]; signal?: AbortSignal } = {},
): RunningAttempt {
  const notes = publisher.plan?.() ?? {}
  return attemptOf({ notes, ...(kept && { kept }), ...(signal && { signal }) })
}

/** Returns the receipt that the ledger would keep of this post. */
export function receiptOf({ postId, url, notes = {} }: Posted, fields: Partial<Receipt> = {}): Receipt {
  return {
    postId,
    postedAt: new Date(),
    notes,
    rating: 'nudity',
    ...(url !== undefined && { url }),
    ...fields,
  }
}
