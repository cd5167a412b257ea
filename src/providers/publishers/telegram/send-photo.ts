/** Makes one `sendPhoto` call (Bot API, "sendPhoto") and interprets its outcome. */
import type { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import type { Secret } from '../../../base/secret.ts'
import type { Post } from '../../../ports/publisher.ts'
import { parseMessage, type SentMessage } from './answers.ts'
import { callOnce, type Reply, type TelegramApi } from './call.ts'
import { outcomeUnknown, refused, unavailable } from './errors.ts'

/** A photo to send. */
export interface TelegramPhoto extends Pick<Post, 'caption' | 'picture'> {
  /** True when the photo is blurred until a viewer taps it. */
  hasSpoiler: boolean
}

/** Number of a chat, or `@name` of a public channel. */
export type ChatId = number | string

/** Error for a group that became a supergroup with a new identifier. Nothing was posted. */
export class ChatMoved extends Error {
  readonly chatId: number

  constructor(chatId: number) {
    super('the group became a supergroup')
    this.chatId = chatId
  }
}

/**
 * Sends the photo once. Sets no parse mode, so that the caption is plain text and needs no escaping. Follows no redirect, so that the
 * token reaches no other server.
 *
 * Throws the errors of `Publisher.publish`, `RetryableError` for 429, and {@link ChatMoved}.
 */
export async function sendPhoto(
  api: TelegramApi,
  token: Secret,
  chatId: ChatId,
  post: TelegramPhoto,
  signal: AbortSignal,
): Promise<SentMessage> {
  if (signal.aborted) throw unavailable(new Error('stopped before the photo was sent'))
  const reply = await callOnce(api, { token, method: 'sendPhoto', fields: formOf(chatId, post) }, signal)
  const message = parseMessage(reply.result)
  if (message) return message
  throw failureOf(reply)
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
function failureOf({
  code,
  reason,
  retryAfterMs,
  movedTo,
}: Reply): PublisherError | RetryableError | ChatMoved {
  const cause = new Error(`Telegram answered ${code}: ${reason}`)
  if (code < 400 || code >= 500) return outcomeUnknown(cause)
  if (code === 408) return unavailable(cause)
  if (code === 429) return new RetryableError(cause.message, { cause, retryAfterMs })
  if (movedTo !== undefined) return new ChatMoved(movedTo)
  return refused(reason)
}
