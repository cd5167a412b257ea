/** Publishes to a Telegram channel with the tenant's own bot (Bot API 10, `sendPhoto`). */
import { z } from 'zod'
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../base/retry.ts'
import type { Secret } from '../../base/secret.ts'
import { withoutSlashAtEnd } from '../../base/text-edges.ts'
import { effectsOf, ratingMaps } from '../../contract/rating-map.ts'
import { type CredentialSource, withCredentials } from '../../ports/credentials.ts'
import type { CaptionRules, Post, Posted, Publisher, RunningAttempt } from '../../ports/publisher.ts'
import { linkTo, postIdOf, type SentMessage } from './telegram/answers.ts'
import type { TelegramFetch } from './telegram/call.ts'
import { createChanges, notesOf, type PostChanges } from './telegram/changes.ts'
import { outcomeUnknown, refused, tooMany, unavailable } from './telegram/errors.ts'
import { type ChatId, ChatMoved, sendPhoto, type TelegramPhoto } from './telegram/send-photo.ts'
import { verifyChannel } from './telegram/verify.ts'

export interface TelegramCredentials {
  bot_token: Secret
}

export interface TelegramPublisherOptions {
  /** `config` of the tenant's entry: `channel_id` (a number or `@name`) and `rating_map`. */
  config: unknown
  /** The bot's token. */
  credentials: CredentialSource<TelegramCredentials>
  /** Base URL of the Bot API. Default: `https://api.telegram.org`. */
  baseUrl?: string | undefined
  /** Sends requests. Default: the global `fetch`. */
  fetch?: TelegramFetch
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Retries after 429. Default: two, after at most 10 s each, 45 s in all. */
  retry?: RetryPolicy
}

const settingsSchema = z.object({
  channel_id: z.union([
    z.number().int(),
    z
      .string()
      .trim()
      .regex(/^(@\w{1,64}|-?\d{1,20})$/),
  ]),
})

const patience: RetryPolicy = {
  attempts: 3,
  baseMs: 500,
  capMs: 10_000,
  attemptTimeoutMs: 25_000,
  deadlineMs: 45_000,
}

/** Limit of a photo's caption (a text message may have 4,096). Telegram counts code points; UTF-16 units are never fewer. */
const captionRules: CaptionRules = {
  maxLength: 1024,
  unit: 'utf16',
  maxHashtags: 30,
  plain: false,
  style: 'For a Telegram channel: two to five sentences of plain text, line breaks allowed, no markup.',
}

/** Largest size that Telegram's apps show; about 2 MB as JPEG. */
const pictureBox = { width: 2560, height: 2560 }

/** Limits of `sendPhoto`. Reads a megabyte as 10^6 bytes, the stricter interpretation. */
const limits = { bytes: 10_000_000, widthPlusHeight: 10_000, ratio: 20 }

/** Label of photos that are blurred until a viewer taps them. */
const spoiler = 'spoiler'

const noChannel =
  'this site\'s configuration names no channel. Set "channel_id" to the channel\'s number or @name.'

/** Creates the publisher of one tenant. Sends nothing before the first use. */
export function createTelegramPublisher({
  config,
  credentials,
  baseUrl = 'https://api.telegram.org',
  fetch = globalThis.fetch,
  now = Date.now,
  retry = patience,
}: TelegramPublisherOptions): Publisher & PostChanges {
  const settings = settingsSchema.safeParse(config)
  const api = { baseUrl: withoutSlashAtEnd(baseUrl), fetch, now }
  const effectOf = effectsOf('Telegram', ratingMaps.telegram.of(config))

  const send = (chatId: ChatId, photo: TelegramPhoto, signal: AbortSignal) =>
    withCredentials(credentials, ({ bot_token }) =>
      waitingFor429(signal, retry, (attempt) => sendPhoto(api, bot_token, chatId, photo, attempt)),
    )

  async function publish(post: Post, { signal }: RunningAttempt): Promise<Posted> {
    if (!settings.success) throw refused(noChannel)
    const { refusal, label } = effectOf(post.rating)
    if (refusal !== undefined) throw new PublisherError('publish_refused', refusal)
    checkPicture(post)
    const photo = { ...post, hasSpoiler: label === spoiler }
    const { channel_id } = settings.data
    try {
      return postedAs(await send(channel_id, photo, signal))
    } catch (error) {
      if (!(error instanceof ChatMoved)) throw error
      const { chatId } = error
      const warning = `The Telegram group has become a supergroup. Set "channel_id" to ${chatId} in this site's configuration.`
      return { ...postedAs(await sendToNewChat(chatId, photo, signal)), warning }
    }
  }

  async function sendToNewChat(chatId: number, photo: TelegramPhoto, signal: AbortSignal) {
    try {
      return await send(chatId, photo, signal)
    } catch (error) {
      throw error instanceof ChatMoved ? refused('its group keeps moving to new identifiers.') : error
    }
  }

  return {
    platform: 'telegram',
    captionRules,
    pictureBox,
    effectOf,
    ...createChanges({ api, retry }, credentials),
    publish,
    async verify(signal) {
      if (!settings.success) throw refused(noChannel)
      const { channel_id } = settings.data
      return withCredentials(credentials, ({ bot_token }) =>
        verifyChannel(api, bot_token, channel_id, signal),
      )
    },
    describe: ({ caption, rating }) => {
      if (!settings.success) return `Telegram would refuse the photo: ${noChannel}`
      const words = caption === '' ? 'without a caption' : `with the caption “${caption}”`
      const manner = effectOf(rating).label === spoiler ? 'photo behind a spoiler' : 'photo'
      return `Telegram would post the ${manner} to the channel ${settings.data.channel_id}, ${words}.`
    },
  }
}

function postedAs(message: SentMessage): Posted {
  const url = linkTo(message)
  return { postId: postIdOf(message), notes: notesOf(message), ...(url !== undefined && { url }) }
}

async function waitingFor429<T>(
  signal: AbortSignal,
  retry: RetryPolicy,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw unavailable(new Error('stopped before the photo was sent'))
  try {
    return await withRetry(attempt, retry, signal)
  } catch (error) {
    if (error instanceof RetryableError) throw tooMany(error.retryAfterMs, error.cause)
    throw isPublisherError(error) || error instanceof ChatMoved ? error : outcomeUnknown(error)
  }
}

/** Refuses a picture that Telegram would answer with `PHOTO_INVALID_DIMENSIONS` or 413. */
function checkPicture({ picture: { bytes, width, height } }: Post): void {
  if (bytes.length > limits.bytes) throw refused('it is larger than 10 MB.')
  if (width + height > limits.widthPlusHeight) {
    throw refused(`its width and height add up to more than ${limits.widthPlusHeight} pixels.`)
  }
  if (Math.max(width, height) > limits.ratio * Math.min(width, height)) {
    throw refused(`one side is more than ${limits.ratio} times as long as the other.`)
  }
}
