/** Checks that a bot may post to a chat, with calls that post nothing (Bot API, "getMe", "getChat", "getChatMember"). */
import { z } from 'zod'
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import type { Secret } from '../../../base/secret.ts'
import { safeLine } from '../../../base/vendor-text.ts'
import { callOnce, type TelegramApi, type TelegramCall } from './call.ts'
import { tooMany, unavailable } from './errors.ts'
import type { ChatId } from './send-photo.ts'

const botSchema = z.object({ id: z.number().int(), username: z.string().default('the bot') })
const chatSchema = z.object({ type: z.string(), title: z.string().default('without a title') })
/** Member of a chat. A missing right counts as not granted. */
const memberSchema = z.object({
  status: z.string(),
  can_post_messages: z.boolean().optional(),
  can_send_photos: z.boolean().optional(),
})

/** Describes the result in one sentence. Throws `credentials_rejected`, `publish_refused`, `publish_unavailable` or `rate_limited`. */
export async function verifyChannel(
  api: TelegramApi,
  token: Secret,
  chatId: ChatId,
  signal: AbortSignal,
): Promise<string> {
  const ask = <T>(method: string, schema: z.ZodType<T>, fields: Record<string, ChatId>) =>
    call(api, { token, method, fields }, schema, signal)
  const bot = await ask('getMe', botSchema, {})
  const chat = await ask('getChat', chatSchema, { chat_id: chatId })
  const member = await ask('getChatMember', memberSchema, { chat_id: chatId, user_id: bot.id })
  const title = safeLine(chat.title, [], longestTitle)
  if (mayPost(member, chat.type)) return `@${bot.username} may post to “${title}”.`
  const right =
    chat.type === 'channel' ? 'make it an administrator who may post messages' : 'let it send photos'
  throw refusedIn(`@${bot.username} may not post to “${title}”: ${right}.`)
}

function mayPost(
  { status, can_post_messages, can_send_photos }: z.output<typeof memberSchema>,
  type: string,
): boolean {
  if (status === 'creator') return true
  if (status === 'administrator') return type !== 'channel' || can_post_messages === true
  if (status === 'restricted') return can_send_photos === true
  return status === 'member' && type !== 'channel'
}

/** Upper bound on the characters of a title. The Bot API allows 128 ("setChatTitle"). */
const longestTitle = 256

async function call<T>(
  api: TelegramApi,
  request: TelegramCall,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const reply = await callOnce(api, request, signal).catch((error: unknown) => {
    // Every lost answer is safe, because these calls post nothing.
    throw isPublisherError(error, 'publish_outcome_unknown') ? unavailable(error.cause) : error
  })
  const { code, reason } = reply
  const result = schema.safeParse(reply.result)
  if (result.success) return result.data
  const cause = new Error(`Telegram answered ${code} to ${request.method}: ${reason}`)
  if (code === 429) throw tooMany(reply.retryAfterMs, cause)
  if (code === 400 || code === 403) throw refusedIn(reason)
  throw unavailable(cause)
}

function refusedIn(reason: string): PublisherError {
  return new PublisherError('publish_refused', `Telegram would refuse a photo: ${reason}`)
}
