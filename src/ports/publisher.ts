/** Publishes a tenant's photos on a platform. docs/guides/add-a-publisher.md shows how to add a platform. */
import type { Channel } from '../contract/channels.ts'
import type { Platform } from '../contract/platform.ts'
import type { Rating } from '../contract/rating.ts'
import type { PictureBox, ReducedImage } from './images.ts'
import type { PhotoName } from './photo.ts'

/** Rules of a platform for captions. */
export interface CaptionRules {
  /** Longest caption, including hashtags and the ellipsis of a cut caption. */
  maxLength: number
  /** Unit of `maxLength`: UTF-16 code units, or grapheme clusters (UAX #29). */
  unit: 'utf16' | 'grapheme'
  /** Longest caption in UTF-8 bytes, beside `maxLength`. Default: no such limit. */
  maxBytes?: number
  /** Length that every web address counts as. Default: its own length. */
  urlLength?: number
  /** Upper bound on the hashtags of a caption. */
  maxHashtags: number
  /** True when captions are reduced to a single line and to punctuation that survives everywhere. */
  plain: boolean
  /**
   * Words to ask the AI for: it counts words better than characters. A text that is too long all the same is written again before it is
   * cut. Default: the prompt names the characters.
   */
  words?: number
  /** Sentence for the AI about the style of captions on the platform. */
  style: string
}

/** A photo with its texts, ready to publish. */
export interface Post {
  name: PhotoName
  /** Digest of the original, in lower-case hex. */
  sha256: string
  /** Caption that meets {@link CaptionRules}; may be empty. */
  caption: string
  altText: string | null
  tags: readonly string[]
  rating: Rating
  /** A JPEG within {@link Publisher.pictureBox}, without any metadata. */
  picture: ReducedImage
}

/** Values of a publisher that the ledger keeps, such as the identifier of an upload. Not secret. */
export type Notes = Readonly<Record<string, string>>

/** One attempt to publish a post. A repeated attempt whose post certainly did not arrive keeps its key and its notes. */
export interface Attempt {
  /** Identifies the attempt, for a platform's own protection against repetition. 36 characters of `[0-9a-f-]`. */
  readonly key: string
  /** Notes so far: of {@link Publisher.plan}, and those that {@link note} has added. */
  readonly notes: Notes
}

/** An attempt under way. */
export interface RunningAttempt extends Attempt {
  /** Adds notes to the claim in the ledger, where they outlive this process. Rejects if the storage cannot keep them. */
  note(more: Notes): Promise<void>
  readonly signal: AbortSignal
}

export interface Posted {
  /** The platform's ID of the post; the Message-ID for mail. */
  postId: string
  /** Public URL of the post, if known. */
  url?: string
  /** Text for people about a problem after the post succeeded. */
  warning?: string
  /** Values that {@link Publisher.retract} and {@link Publisher.correct} need later. Default: none. */
  notes?: Notes
}

/** A post that is out, according to the ledger. */
export interface Receipt {
  readonly postId: string
  readonly url?: string
  readonly postedAt: Date
  /** {@link Posted.notes}. Empty for posts of earlier versions. */
  readonly notes: Notes
  /** Rating that was sent. `null` for posts of earlier versions. */
  readonly rating: Rating | null
}

/** Possibility of a change of a post. Texts are sentences for people. */
export type Possibility =
  | { possible: true; until?: Date; remark?: string }
  | { possible: false; reason: string }

/** Changes that the platform allows for a post. */
export interface PossibleChanges {
  retract: Possibility
  correct: Possibility
}

/** Effect of a rating on a platform. */
export interface RatingEffect {
  /** Sentence for people: why the platform does not get such photos. Absent: it gets them. */
  refusal?: string
  /** Label that the platform gets, such as `spoiler` or `sensitive`. Absent: none. */
  label?: string
}

/** Texts of a correction. */
export type Correction = Pick<Post, 'caption' | 'altText' | 'tags' | 'rating'>

export interface Publisher {
  readonly platform: Platform
  /** Rules of the platform. Replaced by {@link ownRules} where the account's server has its own. */
  readonly captionRules: CaptionRules
  /**
   * Returns the rules of the account's own server, from memory if possible. Never rejects. The rating counts because a content warning may
   * take room from the caption. `rating`: `undefined` for any photo without a warning. Absent: {@link captionRules}.
   */
  ownRules?(rating?: Rating): Promise<CaptionRules>
  /** True when {@link publish} sends the tags of a post. Default: false. */
  readonly usesTags?: boolean
  /** Picture that the platform accepts. */
  readonly pictureBox: PictureBox
  /** Returns the effect of a rating. */
  effectOf(rating: Rating): RatingEffect
  /** Returns the notes that the claim must hold before the first request. Absent: none. */
  plan?(): Notes
  /**
   * Sends the post once. Repeats a request that may have arrived only where the platform or a question to it makes a second post
   * impossible.
   *
   * Throws `publish_outcome_unknown` if the platform may or may not have accepted the post. Every other {@link PublisherError}
   * means that the platform did not accept the post: `publish_refused` (with the platform's reason), `publish_unavailable`,
   * `rate_limited` with `retryAfterMs`, `credentials_rejected`, `endpoint_refused`. Any other error counts as an unknown outcome.
   */
  publish(post: Post, attempt: RunningAttempt): Promise<Posted>
  /**
   * Asks the platform if the post of an attempt has arrived, also long after the process of the attempt has died. Returns `null` if it
   * certainly has not. Throws as {@link publish} does if the platform does not say. Absent: the platform cannot be asked.
   */
  confirm?(attempt: Attempt, signal: AbortSignal): Promise<Posted | null>
  /** Returns the changes that are possible for the post at this time. Makes no call. */
  changesOf(receipt: Receipt, now: Date): PossibleChanges
  /**
   * Takes the post back. A post that is gone already is a success, so a repetition is safe. Throws as {@link publish} does;
   * `publish_outcome_unknown` if the post may still be there. Absent: never possible.
   */
  retract?(receipt: Receipt, signal: AbortSignal): Promise<void>
  /**
   * Changes the texts of the post. The same texts again are a success. Returns the notes of the changed post, if they differ. Throws as
   * {@link publish} does. Absent: never possible.
   */
  correct?(receipt: Receipt, correction: Correction, signal: AbortSignal): Promise<Notes | undefined>
  /** Describes what {@link publish} would send and where, in a sentence for people, without secrets. */
  describe(post: Omit<Post, 'picture'>): string
  /**
   * Checks if {@link publish} would succeed, without posting: the credentials, the target, and the permission to post
   * there. Returns the result as a sentence without secrets. Throws as {@link publish} does, except `publish_outcome_unknown`.
   * Absent: the platform cannot be checked without a post.
   */
  verify?(signal: AbortSignal): Promise<string>
  /** Returns the subject line that {@link publish} would send, on platforms with subject lines. */
  subject?(post: Pick<Post, 'caption'>): string | undefined
}

/** A publisher under the name of its channel. */
export interface ChannelPublisher extends Publisher {
  readonly channel: Channel
}
