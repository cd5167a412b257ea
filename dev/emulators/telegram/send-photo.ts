/** `sendPhoto` with its real limits (Bot API, "sendPhoto" and "Sending files"). */
import sharp from 'sharp'
import { badRequest, Refusal } from './answers.ts'
import {
  botIdOf,
  describeChat,
  findChat,
  isMember,
  type TelegramBot,
  type TelegramPost,
  type TelegramState,
} from './chats.ts'

const maxPhotoBytes = 10 * 1024 * 1024
const maxRequestFileBytes = 50 * 1024 * 1024
const maxWidthPlusHeight = 10_000
const maxRatio = 20
/** Limit in code points, after trimming (tdlib/td, MessageContent.cpp). */
const maxCaption = 1024

/** Stores the post and returns the message that describes it. Throws {@link Refusal}. */
export async function sendPhoto(state: TelegramState, bot: TelegramBot, form: FormData, at: number) {
  const chat = chatOf(state, bot, textOf(form, 'chat_id'))
  if (chat.allowsPosts === false) throw badRequest('need administrator rights in the channel chat')
  const caption = captionOf(form)
  const photo = await photoOf(form)
  const messageId = 1 + (state.newest.get(chat.id) ?? 0)
  state.newest.set(chat.id, messageId)
  const hasSpoiler = textOf(form, 'has_spoiler').toLowerCase() === 'true'
  const post: TelegramPost = { messageId, chat, bot: botIdOf(bot.token), caption, photo, hasSpoiler, at }
  state.posts.push(post)
  return messageOf(post)
}

/** Returns the caption as Telegram stores it. Throws {@link Refusal}. */
export function captionOf(form: FormData): string {
  // Multipart turns every line break into CR LF; Telegram drops the CR (tdlib/td, misc.cpp, clean_input_string).
  const caption = textOf(form, 'caption').replaceAll('\r', '').trim()
  if ([...caption].length > maxCaption) throw badRequest('message caption is too long')
  return caption
}

/** Returns the chat if this bot may see it. Throws {@link Refusal}. */
export function chatOf(state: TelegramState, bot: TelegramBot, chatId: string) {
  if (chatId === '') throw badRequest('chat_id is empty')
  const movedTo = state.moved.get(Number(chatId))
  if (movedTo !== undefined) {
    throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: movedTo })
  }
  const chat = findChat(state, chatId)
  if (!chat) throw badRequest('chat not found')
  if (!isMember(bot, chat)) throw new Refusal(403, 'Forbidden: bot is not a member of the channel chat')
  return chat
}

async function photoOf(form: FormData): Promise<TelegramPost['photo']> {
  const file = form.get('photo')
  if (file === null) throw badRequest('there is no photo in the request')
  if (typeof file === 'string') throw badRequest('wrong file identifier/HTTP URL specified')
  if (file.size > maxRequestFileBytes) throw new Refusal(413, 'Request Entity Too Large')
  if (file.size > maxPhotoBytes) {
    throw badRequest(
      `file of size ${file.size} bytes is too big for a photo; the maximum size is ${maxPhotoBytes} bytes`,
    )
  }
  const bytes = new Uint8Array(await file.arrayBuffer())
  const { width, height, format } = await sharp(bytes)
    .metadata()
    .catch(() => {
      throw badRequest('IMAGE_PROCESS_FAILED')
    })
  if (width + height > maxWidthPlusHeight || Math.max(width, height) > maxRatio * Math.min(width, height)) {
    throw badRequest('PHOTO_INVALID_DIMENSIONS')
  }
  return { bytes, filename: file.name, width, height, mediaType: `image/${format}` }
}

/** Describes a post as the Bot API does. */
export function messageOf({ messageId, chat, caption, photo, hasSpoiler, at, editedAt }: TelegramPost) {
  const id = `emulated-${chat.id}-${messageId}`
  const { width, height } = photo
  return {
    message_id: messageId,
    date: Math.floor(at / 1000),
    ...(editedAt !== undefined && { edit_date: Math.floor(editedAt / 1000) }),
    chat: describeChat(chat),
    photo: [{ file_id: id, file_unique_id: id, width, height, file_size: photo.bytes.length }],
    ...(caption !== '' && { caption }),
    ...(hasSpoiler && { has_media_spoiler: true }),
  }
}

export function textOf(form: FormData, field: string): string {
  const value = form.get(field)
  return typeof value === 'string' ? value : ''
}
