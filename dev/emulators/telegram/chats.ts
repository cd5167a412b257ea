/** Bots, the chats that they may post to, and their posts. */

export interface TelegramChat {
  /** Identifier; begins with `-100` for channels and supergroups. */
  id: number
  title: string
  /** Username of a public chat, without the `@`. */
  username?: string
  /** Default: `channel`. */
  type?: 'channel' | 'supergroup' | 'group'
  /** True when member bots may post. Default: true. */
  allowsPosts?: boolean
}

export interface TelegramBot {
  /** Token of the form `<digits>:<letters>`, as BotFather issues it. */
  token: string
  /** Chats that the bot is a member of. */
  chats: readonly TelegramChat[]
}

export interface TelegramPost {
  messageId: number
  chat: TelegramChat
  /** Digits of the token that posted. */
  bot: string
  caption: string
  photo: {
    bytes: Uint8Array<ArrayBuffer>
    filename: string
    width: number
    height: number
    mediaType: string
  }
  /** True when the photo is blurred until a viewer taps it. */
  hasSpoiler: boolean
  /** Milliseconds since 1970. */
  at: number
  /** Time of the last change of the caption. Absent: the caption is the first. */
  editedAt?: number
  /** Time of the deletion. People no longer see the post. */
  deletedAt?: number
}

export interface TelegramState {
  readonly bots: TelegramBot[]
  readonly posts: TelegramPost[]
  /** Groups that became supergroups: new identifiers by old. */
  readonly moved: Map<number, number>
  /** Newest message of each chat, by the chat's identifier. */
  readonly newest: Map<number, number>
}

/** Returns the part of a token that is not secret. */
export function botIdOf(token: string): string {
  return token.split(':')[0] ?? ''
}

/** Returns the chat that `chat_id` names, without regard to who may post there. */
export function findChat({ bots }: TelegramState, chatId: string): TelegramChat | undefined {
  return bots.flatMap(({ chats }) => chats).find((chat) => isNamed(chat, chatId))
}

/** Checks if the bot is a member of the chat. */
export function isMember(bot: TelegramBot, chat: TelegramChat): boolean {
  return bot.chats.some(({ id }) => id === chat.id)
}

/** Describes a chat as the Bot API does. */
export function describeChat({ id, title, username, type = 'channel' }: TelegramChat) {
  return { id, title, type, ...(username !== undefined && { username }) }
}

/** Describes the bot as a member, as `getChatMember` does. Bots can post to channels only as administrators. */
export function describeMember(bot: TelegramBot, { type = 'channel', allowsPosts = true }: TelegramChat) {
  const user = describeBot(bot)
  if (type === 'channel') return { status: 'administrator', user, can_post_messages: allowsPosts }
  return allowsPosts ? { status: 'member', user } : { status: 'restricted', user, can_send_photos: false }
}

/** Describes the channels to which the bot was added, as `getUpdates` does. Updates stay, because no call passes an offset. */
export function describeUpdates(bot: TelegramBot, at: number) {
  const channels = bot.chats.filter(({ type = 'channel' }) => type === 'channel')
  return channels.map((chat, index) => ({
    update_id: 1000 + index,
    my_chat_member: {
      chat: describeChat(chat),
      from: { id: 1, is_bot: false, first_name: 'Owner' },
      date: Math.floor(at / 1000),
      old_chat_member: { status: 'left', user: describeBot(bot) },
      new_chat_member: describeMember(bot, chat),
    },
  }))
}

/** Describes a bot as `getMe` does. */
export function describeBot({ token }: TelegramBot) {
  return { id: Number(botIdOf(token)), is_bot: true, first_name: 'Emulated bot', username: 'emulated_bot' }
}

function isNamed({ id, username }: TelegramChat, chatId: string): boolean {
  if (chatId.startsWith('@')) return username?.toLowerCase() === chatId.slice(1).toLowerCase()
  return String(id) === chatId
}
