/** One `sendPhoto` call (Bot API, "sendPhoto"), and what its outcome means. */
import { textAtMost } from '../../../base/bounded-body.ts'
import type { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Post } from '../../../ports/publisher.ts'
import { parseAnswer, type SentMessage, type TelegramAnswer } from './answers.ts'
import { fetchFailure, outcomeUnknown, reasonOf, refused, tokenRejected, unavailable } from './errors.ts'

/** Answers have some kilobytes. Bytes. */
export const maxAnswerBytes = 2 ** 20

/** A number, or `@name` of a public channel. */
export type ChatId = number | string

/** The part of `fetch` that is used. */
export type TelegramFetch = (url: string, init: RequestInit) => Promise<Response>

export interface TelegramApi {
  /** Where the Bot API is, without a slash at the end. */
  baseUrl: string
  fetch: TelegramFetch
  /** The time in milliseconds. */
  now: () => number
}

/** The chat has become another one, and nothing was posted. */
export class ChatMoved extends Error {
  readonly chatId: number

  constructor(chatId: number) {
    super('the group became a supergroup')
    this.chatId = chatId
  }
}

/** BotFather's tokens are `<digits>:<letters>`; anything that would change the path is none. */
export const tokenShape = /^[\w:-]+$/

/**
 * Sends the photo once, as plain text without a parse mode, so that nothing in a caption needs escaping. Follows no
 * redirect: a token must not travel on.
 *
 * Throws what `Publisher.publish` does, `RetryableError` for 429, and {@link ChatMoved}.
 */
export async function sendPhoto(
  { baseUrl, fetch, now }: TelegramApi,
  token: string,
  chatId: ChatId,
  post: Post,
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

function formOf(chatId: ChatId, { caption, picture }: Post): FormData {
  const form = new FormData()
  form.append('chat_id', String(chatId))
  if (caption !== '') form.append('caption', caption)
  const photo = new Blob([new Uint8Array(picture.bytes)], { type: picture.mediaType })
  // A part without a file name is taken for a text field.
  form.append('photo', photo, 'photo.jpg')
  return form
}

/** Only an answer of 4xx proves that nothing was posted; descriptions are no contract, so they decide nothing. */
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
