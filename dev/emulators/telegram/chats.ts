/** Bots, the chats that they may post to, and what was posted. */

export interface TelegramChat {
  /** `-100...` for channels and supergroups. */
  id: number
  title: string
  /** Of a public chat, without the `@`. */
  username?: string
  /** Default: `channel`. */
  type?: 'channel' | 'supergroup' | 'group'
  /** Whether bots that are in it may post. Default: true. */
  allowsPosts?: boolean
}

export interface TelegramBot {
  /** `<digits>:<letters>`, as BotFather gives them out. */
  token: string
  /** Where the bot may post. */
  chats: readonly TelegramChat[]
}

export interface TelegramPost {
  messageId: number
  chat: TelegramChat
  /** The digits of the token that posted it. */
  bot: string
  caption: string
  photo: {
    bytes: Uint8Array<ArrayBuffer>
    filename: string
    width: number
    height: number
    mediaType: string
  }
  /** Milliseconds since 1970. */
  at: number
}

export interface TelegramState {
  readonly bots: TelegramBot[]
  readonly posts: TelegramPost[]
  /** Groups that became supergroups: the old identifier and the new one. */
  readonly moved: Map<number, number>
  /** The newest message of each chat by its identifier. */
  readonly newest: Map<number, number>
}

/** The part of a token that is no secret. */
export function botIdOf(token: string): string {
  return token.split(':')[0] ?? ''
}

/** The chat that `chat_id` names, whoever may post there. */
export function findChat({ bots }: TelegramState, chatId: string): TelegramChat | undefined {
  return bots.flatMap(({ chats }) => chats).find((chat) => isNamed(chat, chatId))
}

/** Whether the bot is in the chat. */
export function isMember(bot: TelegramBot, chat: TelegramChat): boolean {
  return bot.chats.some(({ id }) => id === chat.id)
}

/** As the Bot API describes a chat. */
export function describeChat({ id, title, username, type = 'channel' }: TelegramChat) {
  return { id, title, type, ...(username !== undefined && { username }) }
}

/** As `getChatMember` describes the bot in a chat: bots post to channels as administrators only. */
export function describeMember(bot: TelegramBot, { type = 'channel', allowsPosts = true }: TelegramChat) {
  const user = describeBot(bot)
  if (type === 'channel') return { status: 'administrator', user, can_post_messages: allowsPosts }
  return allowsPosts ? { status: 'member', user } : { status: 'restricted', user, can_send_photos: false }
}

/** As `getMe` describes a bot. */
export function describeBot({ token }: TelegramBot) {
  return { id: Number(botIdOf(token)), is_bot: true, first_name: 'Emulated bot', username: 'emulated_bot' }
}

function isNamed({ id, username }: TelegramChat, chatId: string): boolean {
  if (chatId.startsWith('@')) return username?.toLowerCase() === chatId.slice(1).toLowerCase()
  return String(id) === chatId
}
