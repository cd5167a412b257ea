/** Channels of a bot: by name, or by the updates that Telegram keeps for it. */
import { z } from 'zod'
import { VendorRefused } from '../../vendor.ts'
import type { TelegramAsk } from './call.ts'

/** Name with its `@`, or identifier. */
export type Named = string | number

export interface Channel {
  id: number
  title: string
  type: string
}

const chatSchema = z.object({
  id: z.number().int(),
  type: z.string().max(20),
  title: z
    .string()
    .default('')
    .transform((title) => title.slice(0, 128)),
})
const memberSchema = z.object({ status: z.string(), can_post_messages: z.boolean().optional() })
const updatesSchema = z.array(
  z.object({
    channel_post: z.object({ chat: chatSchema }).optional().catch(undefined),
    my_chat_member: z
      .object({ chat: chatSchema, new_chat_member: z.object({ status: z.string() }) })
      .optional()
      .catch(undefined),
  }),
)

/** Upper bound on the channels whose rights are checked. */
const maxChannels = 5

/** Returns the channel or group of a name. Throws {@link VendorRefused} if the bot cannot see it. */
export async function channelOf(ask: TelegramAsk, named: Named): Promise<Channel> {
  try {
    return await ask('getChat', { chat_id: named }, chatSchema)
  } catch (error) {
    if (error instanceof VendorRefused && (error.code === '400' || error.code === '404'))
      throw new VendorRefused(
        'invalid',
        `The bot does not see ${named}. Add it to the channel first.`,
        error.code,
      )
    throw error
  }
}

export interface Search {
  /** Channels of the bot, the newest first. */
  channels: Channel[]
  /** Reason for which the bot's updates cannot be read. */
  hint?: string
}

/**
 * Finds channels to which the bot was added, or in which something was posted. Passes no offset, so that no update is consumed, and no
 * list of types, which Telegram would keep.
 */
export async function findChannels(ask: TelegramAsk): Promise<Search> {
  try {
    const updates = await ask('getUpdates', { limit: 100, timeout: 0 }, updatesSchema)
    const seen = new Map<number, Channel>()
    const lost = new Set<number>()
    for (const { channel_post, my_chat_member } of updates.toReversed()) {
      const chat = channel_post?.chat ?? my_chat_member?.chat
      if (chat?.type !== 'channel' || seen.has(chat.id) || lost.has(chat.id)) continue
      const status = my_chat_member?.new_chat_member.status
      if (status === 'left' || status === 'kicked') lost.add(chat.id)
      else seen.set(chat.id, chat)
    }
    return { channels: [...seen.values()].slice(0, maxChannels) }
  } catch (error) {
    if (!(error instanceof VendorRefused) || !isAboutUpdates(error)) throw error
    // Another program reads the bot's updates. Its webhook must stay.
    const cause =
      error.code === '409' ? 'Another program uses this bot' : 'Telegram does not list its updates'
    return {
      channels: [],
      hint: `${cause}, so its channel cannot be found. Enter the channel's @name instead.`,
    }
  }
}

/** Recognises a refusal of the list. The token itself was accepted before. */
function isAboutUpdates({ code }: VendorRefused): boolean {
  return ['400', '403', '404', '409'].includes(code)
}

/** Checks if the bot may post there. */
export async function mayPost(ask: TelegramAsk, botId: number, { id, type }: Channel): Promise<boolean> {
  try {
    const { status, can_post_messages } = await ask(
      'getChatMember',
      { chat_id: id, user_id: botId },
      memberSchema,
    )
    if (status === 'creator') return true
    if (status === 'administrator') return type !== 'channel' || can_post_messages === true
    return status === 'member' && type !== 'channel'
  } catch (error) {
    if (error instanceof VendorRefused && ['400', '403', '404'].includes(error.code)) return false
    throw error
  }
}
