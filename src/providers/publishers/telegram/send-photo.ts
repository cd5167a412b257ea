/** Makes one `sendPhoto` call (Bot API, "sendPhoto") and interprets its outcome. */
import { textAtMost } from '../../../base/bounded-body.ts'
import type { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Post } from '../../../ports/publisher.ts'
import { parseAnswer, type SentMessage, type TelegramAnswer } from './answers.ts'
import { fetchFailure, outcomeUnknown, reasonOf, refused, tokenRejected, unavailable } from './errors.ts'

/** Upper bound on an answer; real answers have a few kilobytes. */
export const maxAnswerBytes = 2 ** 20

/** A photo to send. */
export interface TelegramPhoto extends Pick<Post, 'caption' | 'picture'> {
  /** True when the photo is blurred until a viewer taps it. */
  hasSpoiler: boolean
}

/** Number of a chat, or `@name` of a public channel. */
export type ChatId = number | string

/** Subset of `fetch` that the publisher uses. */
export type TelegramFetch = (url: string, init: RequestInit) => Promise<Response>

export interface TelegramApi {
  /** Base URL of the Bot API, without a trailing slash. */
  baseUrl: string
  fetch: TelegramFetch
  /** Current time in milliseconds. */
  now: () => number
}

/** Error for a group that became a supergroup with a new identifier. Nothing was posted. */
export class ChatMoved extends Error {
  readonly chatId: number

  constructor(chatId: number) {
    super('the group became a supergroup')
    this.chatId = chatId
  }
}

/** Characters of BotFather's tokens, `<digits>:<letters>`. Other characters could change the path of the URL. */
export const tokenShape = /^[\w:-]+$/

/**
 * Sends the photo once. Sets no parse mode, so that the caption is plain text and needs no escaping. Follows no redirect, so that the
 * token reaches no other server.
 *
 * Throws the errors of `Publisher.publish`, `RetryableError` for 429, and {@link ChatMoved}.
 */
export async function sendPhoto(
  { baseUrl, fetch, now }: TelegramApi,
  token: string,
  chatId: ChatId,
  post: TelegramPhoto,
  signal: AbortSignal,
): Promise<SentMessage> {
  if (!tokenShape.test(token)) throw tokenRejected(new Error('the token has the wrong shape'))
  if (signal.aborted) throw unavailable(new Error('stopped before the photo was sent'))
  const { status, headers, answer } = await call()
  if (answer?.ok) return answer.result
  const wait = retryAfterMs(headers, now())
  throw failureOf(answer?.error_code ?? status, answer, { wait, token })

  async function call() {
    try {
      const response = await fetch(`${baseUrl}/bot${token}/sendPhoto`, {
        method: 'POST',
        body: formOf(chatId, post),
        redirect: 'manual',
        signal,
      })
      const { status, headers } = response
      return { status, headers, answer: parseAnswer(await textAtMost(response, maxAnswerBytes)) }
    } catch (error) {
      throw fetchFailure(error, token)
    }
  }
}

function formOf(chatId: ChatId, { caption, picture, hasSpoiler }: TelegramPhoto): FormData {
  const form = new FormData()
  form.append('chat_id', String(chatId))
  if (caption !== '') form.append('caption', caption)
  if (hasSpoiler) form.append('has_spoiler', 'true')
  const photo = new Blob([new Uint8Array(picture.bytes)], { type: picture.mediaType })
  // Telegram treats a part without a file name as a text field.
  form.append('photo', photo, 'photo.jpg')
  return form
}

/** Returns the error for a failed call. Only 4xx proves that nothing was posted. Ignores descriptions, which may change at any time. */
function failureOf(
  code: number,
  answer: TelegramAnswer | null,
  { wait, token }: { wait: number | undefined; token: string },
): PublisherError | RetryableError | ChatMoved {
  const refusal = answer?.ok === false ? answer : undefined
  const reason = reasonOf(refusal?.description ?? '', token)
  const cause = new Error(`Telegram answered ${code}: ${reason}`)
  if (code < 400 || code >= 500) return outcomeUnknown(cause)
  if (code === 401 || code === 404) return tokenRejected(cause)
  if (code === 408) return unavailable(cause)
  const { retry_after, migrate_to_chat_id } = refusal?.parameters ?? {}
  if (code === 429) {
    const asked = retry_after === undefined ? wait : retry_after * 1000
    return new RetryableError(cause.message, { cause, retryAfterMs: asked })
  }
  if (migrate_to_chat_id !== undefined) return new ChatMoved(migrate_to_chat_id)
  return refused(reason)
}
