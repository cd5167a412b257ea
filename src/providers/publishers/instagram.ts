/** Publishes to a professional Instagram account by Meta's official API ("Content Publishing"), with either login product. */
import { isPublisherError } from '../../base/errors.ts'
import type { RetryPolicy } from '../../base/retry.ts'
import type { Secret } from '../../base/secret.ts'
import { withoutSlashAtEnd } from '../../base/text-edges.ts'
import { isAtLeast, type Rating } from '../../contract/rating.ts'
import { ratingMaps, refusedBySettings } from '../../contract/rating-map.ts'
import { type CredentialSource, withCredentials } from '../../ports/credentials.ts'
import type {
  Attempt,
  CaptionRules,
  Post,
  Posted,
  Publisher,
  RatingEffect,
  RunningAttempt,
} from '../../ports/publisher.ts'
import type { OfferPicture } from '../../ports/publisher-driver.ts'
import { offerFor, postOffered } from './instagram/attempt.ts'
import type { Caller } from './instagram/calls.ts'
import { changesOf, deletePost, type LoginProduct, productOf } from './instagram/changes.ts'
import { confirmPost } from './instagram/confirm.ts'
import { defaultPausesMs } from './instagram/containers.ts'
import { errorFor, outcomeUnknown, refused, unavailable } from './instagram/errors.ts'
import type { InstagramFetch } from './instagram/graph-api.ts'
import { progressOf } from './instagram/posting.ts'
import { pictureBoxOf, pictureFault } from './instagram/settings.ts'
import { verifyAccount } from './instagram/verify.ts'
import { countMentions, maxMentions } from './instagram/words.ts'

export interface InstagramCredentials {
  access_token: Secret
  user_id: string
}

export interface InstagramPublisherOptions {
  /** `config` of the tenant's entry: `ratio`, `pad_colour` and `rating_map`. */
  config: unknown
  credentials: CredentialSource<InstagramCredentials>
  /** Offers the picture, which Instagram fetches itself. */
  offerPicture: OfferPicture
  /** Base URL with the version. Default: Instagram Login's. */
  baseUrl?: string
  /** Default: by the host of `baseUrl`. */
  product?: LoginProduct
  /** Sends requests. Default: the global `fetch`. */
  fetch?: InstagramFetch
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Retries of a call, and of a whole attempt that surely posted nothing. */
  retry?: RetryPolicy
  /** Pauses before questions about a container. Default: 0 to 8 s, 23.75 s in all. */
  pausesMs?: readonly number[]
}

const patience: RetryPolicy = {
  attempts: 3,
  baseMs: 500,
  capMs: 5000,
  attemptTimeoutMs: 25_000,
  deadlineMs: 60_000,
}

/** Rules for captions. Instagram allows 5 hashtags in a post since December 2025; documents still say 30. */
const captionRules: CaptionRules = {
  maxLength: 2200,
  unit: 'utf16',
  maxHashtags: 5,
  plain: false,
  style:
    'For Instagram: an inviting first sentence, then up to three more sentences of plain text. Line breaks are allowed, links are not.',
}

/** Creates the publisher of one tenant. Sends nothing before the first use. */
export function createInstagramPublisher(options: InstagramPublisherOptions): Publisher {
  const { config, credentials, offerPicture, baseUrl = 'https://graph.instagram.com/v25.0' } = options
  const { fetch = globalThis.fetch, now = Date.now, retry = patience, pausesMs = defaultPausesMs } = options
  const product = options.product ?? productOf(baseUrl)
  const pictureBox = pictureBoxOf(config)
  const ratingMap = ratingMaps.instagram.of(config)

  /** Runs `use` with the account. Throws the error for people. */
  const withAccount = <T>(use: (caller: Caller) => Promise<T>): Promise<T> =>
    withCredentials(credentials, ({ access_token: token, user_id: userId }) =>
      use({ baseUrl: withoutSlashAtEnd(baseUrl), fetch, now, userId, token, retry }).catch(
        (failure: unknown) => {
          throw errorFor(failure)
        },
      ),
    )

  function effectOf(rating: Rating): RatingEffect {
    if (isAtLeast(rating, 'nudity')) return { refusal: forbidden(rating) }
    return ratingMap[rating] === 'refuse' ? { refusal: refusedBySettings('Instagram', rating) } : {}
  }

  /** Returns the reason for which the post must not be sent. */
  function hindranceOf({ caption, rating }: Pick<Post, 'caption' | 'rating'>): string | undefined {
    const { refusal } = effectOf(rating)
    if (refusal !== undefined) return refusal
    const mentions = countMentions(caption)
    if (mentions <= maxMentions) return undefined
    return `Instagram allows ${maxMentions} mentions in a caption, and this caption has ${mentions}. Remove some, then publish again.`
  }

  async function publish(post: Post, attempt: RunningAttempt): Promise<Posted> {
    const hindrance = hindranceOf(post) ?? pictureFault(post.picture)
    if (hindrance !== undefined) throw refused(hindrance)
    if (attempt.signal.aborted) throw unavailable(new Error('stopped before the photo was sent'))
    const progress = await progressOf(attempt.notes, post.caption, now())
    const offered = await offerFor(offerPicture, post)
    try {
      const work = { post, offered, attempt, progress, product, pausesMs }
      return await withAccount((caller) => postOffered(caller, work))
    } catch (error) {
      // An error of the credentials says nothing about a request that went out before.
      throw progress.mayBeOut ? outcomeUnknown(error) : error
    } finally {
      await offered.end()
    }
  }

  return {
    platform: 'instagram',
    captionRules,
    pictureBox,
    effectOf,
    changesOf: (receipt) => changesOf(receipt, product),
    publish,
    confirm: (attempt: Attempt, signal) =>
      withAccount((caller) => confirmPost(caller, attempt.notes, { pausesMs, signal })).catch(
        (error: unknown) => {
          throw isPublisherError(error, 'publish_outcome_unknown') ? error : outcomeUnknown(error)
        },
      ),
    ...(product === 'facebook' && {
      retract: ({ postId }, signal) => withAccount((caller) => deletePost(caller, postId, signal)),
    }),
    verify: (signal) => withAccount((caller) => verifyAccount(caller, signal)),
    describe: (post) => {
      const hindrance = hindranceOf(post)
      if (hindrance !== undefined) return `Instagram would not get the photo: ${hindrance}`
      const words = post.caption === '' ? 'without a caption' : `with the caption “${post.caption}”`
      return `Instagram would post the photo ${words}.`
    },
  }
}

function forbidden(rating: Rating): string {
  return `Instagram forbids nudity, so photos rated “${rating}” are never sent there. If this photo shows none, change its rating first.`
}
