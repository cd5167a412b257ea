/** Publishes a tenant's photos on a platform. docs/guides/add-a-publisher.md shows how to add a platform. */
import type { Platform } from '../contract/platform.ts'
import type { ReducedImage } from './images.ts'
import type { PhotoName } from './photo.ts'
import type { ThumbnailBox } from './storage.ts'

/** Rules of a platform for captions. */
export interface CaptionRules {
  /** Longest caption, including hashtags and the ellipsis of a cut caption. */
  maxLength: number
  /** Unit of `maxLength`: UTF-16 code units, or grapheme clusters (UAX #29). */
  unit: 'utf16' | 'grapheme'
  /** Upper bound on the hashtags of a caption. */
  maxHashtags: number
  /** True when captions are reduced to a single line and to punctuation that survives everywhere. */
  plain: boolean
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
  /** A JPEG within {@link Publisher.pictureBox}, without any metadata. */
  picture: ReducedImage
}

export interface Posted {
  /** The platform's ID of the post; the Message-ID for mail. */
  postId: string
  /** Public URL of the post, if known. */
  url?: string
  /** Text for people about a problem after the post succeeded. */
  warning?: string
}

export interface Publisher {
  readonly platform: Platform
  readonly captionRules: CaptionRules
  /** True when {@link publish} sends the tags of a post. Default: false. */
  readonly usesTags?: boolean
  /** Box that the photo is reduced to. Pixels. */
  readonly pictureBox: ThumbnailBox
  /**
   * Sends the post once. Never retries a request that may have arrived.
   *
   * Throws `publish_outcome_unknown` if the platform may or may not have accepted the post. Every other {@link PublisherError}
   * means that the platform did not accept the post: `publish_refused` (with the platform's reason), `publish_unavailable`,
   * `rate_limited` with `retryAfterMs`, `credentials_rejected`, `endpoint_refused`. Any other error counts as an unknown outcome.
   */
  publish(post: Post, signal: AbortSignal): Promise<Posted>
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
