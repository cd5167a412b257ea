/** One platform of one tenant. docs/guides/add-a-publisher.md shows how to add a platform. */
import type { Platform } from '../contract/platform.ts'
import type { ReducedImage } from './images.ts'
import type { PhotoName } from './photo.ts'
import type { ThumbnailBox } from './storage.ts'

/** What a platform takes as a caption. */
export interface CaptionRules {
  /** Longest caption, the ellipsis of a cut one and the hashtags included. */
  maxLength: number
  /** How the platform counts: UTF-16 code units, or what people see as one character (UAX #29). */
  unit: 'utf16' | 'grapheme'
  /** How many hashtags may stand in it. */
  maxHashtags: number
  /** True: reduced to punctuation that survives everywhere, on one line. */
  plain: boolean
  /** A sentence for the AI: what captions are like there. */
  style: string
}

/** What is published. */
export interface Post {
  name: PhotoName
  /** Of the original. Lower-case hex. */
  sha256: string
  /** Fits the platform's rules; may be empty. */
  caption: string
  altText: string | null
  tags: readonly string[]
  /** A JPEG within {@link Publisher.pictureBox}, without any metadata. */
  picture: ReducedImage
}

export interface Posted {
  /** The platform's own name for the post; for mail the Message-ID. */
  postId: string
  /** Where people see it, where that is known. */
  url?: string
  /** What went wrong beside the post, for people: the post itself is out. */
  warning?: string
}

export interface Publisher {
  readonly platform: Platform
  readonly captionRules: CaptionRules
  /** True when {@link publish} passes on the tags of a post. Default: false. */
  readonly usesTags?: boolean
  /** What the photo is reduced to. Pixels. */
  readonly pictureBox: ThumbnailBox
  /**
   * Sends the post once. Never repeats what may have arrived.
   *
   * Throws `publish_outcome_unknown` where the platform may or may not have taken it; anything else of {@link PublisherError}
   * says that it surely did not: `publish_refused` (with the platform's reason), `publish_unavailable`, `rate_limited` with
   * `retryAfterMs`, `credentials_rejected`, `endpoint_refused`. Any other error counts as an unknown outcome.
   */
  publish(post: Post, signal: AbortSignal): Promise<Posted>
  /** What {@link publish} would send and to where, in one sentence for people, without secrets. */
  describe(post: Omit<Post, 'picture'>): string
  /**
   * Finds out whether {@link publish} would be let in, and shows nothing to anybody: credentials, the place to post to, the right
   * to post there. Gives what was found as one sentence, without secrets. Throws what {@link publish} does, except
   * `publish_outcome_unknown`. Absent: it cannot be found out without publishing.
   */
  verify?(signal: AbortSignal): Promise<string>
  /** The subject line of what {@link publish} would send, on platforms that have one. */
  subject?(post: Pick<Post, 'caption'>): string | undefined
}
