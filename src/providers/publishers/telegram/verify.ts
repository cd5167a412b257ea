/** Checks that a bot may post to a chat, with calls that post nothing (Bot API, "getMe", "getChat", "getChatMember"). */
import { z } from 'zod'
import { jsonAtMost } from '../../../base/bounded-body.ts'
import { PublisherError } from '../../../base/errors.ts'
import { fetchFailure, reasonOf, tokenRejected, tooMany, unavailable } from './errors.ts'
import { type ChatId, maxAnswerBytes, type TelegramApi, tokenShape } from './send-photo.ts'

const botSchema = z.object({ id: z.number().int(), username: z.string().default('the bot') })
const chatSchema = z.object({ type: z.string(), title: z.string().default('without a title') })
/** Member of a chat. A missing right counts as not granted. */
const memberSchema = z.object({
  status: z.string(),
  can_post_messages: z.boolean().optional(),
  can_send_photos: z.boolean().optional(),
})

const answerSchema = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  description: z.string().default(''),
  parameters: z.object({ retry_after: z.number().nonnegative().optional() }).optional(),
})

/** Describes the result in one sentence. Throws `credentials_rejected`, `publish_refused`, `publish_unavailable` or `rate_limited`. */
export async function verifyChannel(
  api: TelegramApi,
  token: string,
  chatId: ChatId,
  signal: AbortSignal,
): Promise<string> {
  if (!tokenShape.test(token)) throw tokenRejected(new Error('the token has the wrong shape'))
  const ask = <T>(method: string, schema: z.ZodType<T>, fields: Record<string, ChatId>) =>
    call(api, { token, method, fields }, schema, signal)
  const bot = await ask('getMe', botSchema, {})
  const chat = await ask('getChat', chatSchema, { chat_id: chatId })
  const member = await ask('getChatMember', memberSchema, { chat_id: chatId, user_id: bot.id })
  const title = chat.title.slice(0, longestTitle).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
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

interface Call {
  token: string
  method: string
  fields: Record<string, ChatId>
}

async function call<T>(
  { baseUrl, fetch }: TelegramApi,
  { token, method, fields }: Call,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  let status: number
  let body: unknown
  try {
    const response = await fetch(`${baseUrl}/bot${token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
      redirect: 'manual',
      signal,
    })
    status = response.status
    body = await jsonAtMost(response, maxAnswerBytes)
  } catch (error) {
    // Every failure is safe, because these calls post nothing. The cause has the token removed.
    throw unavailable(fetchFailure(error, token).cause)
  }
  const answer = answerSchema.safeParse(body)
  const result = answer.data?.ok === true ? schema.safeParse(answer.data.result) : undefined
  if (result?.success) return result.data
  const reason = reasonOf(answer.data?.description ?? '', token)
  const cause = new Error(`Telegram answered ${status} to ${method}: ${reason}`)
  if (status === 401 || status === 404) throw tokenRejected(cause)
  if (status === 429) {
    const seconds = answer.data?.parameters?.retry_after
    throw tooMany(seconds === undefined ? undefined : seconds * 1000, cause)
  }
  if (status === 400 || status === 403) throw refusedIn(reason)
  throw unavailable(cause)
}

function refusedIn(reason: string): PublisherError {
  return new PublisherError('publish_refused', `Telegram would refuse a photo: ${reason}`)
}
