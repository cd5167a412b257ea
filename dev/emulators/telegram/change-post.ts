/** Changes of posts with their real limits (Bot API, "deleteMessage" and "editMessageCaption"; tdlib/td, MessagesManager.cpp). */
import { badRequest } from './answers.ts'
import { botIdOf, type TelegramBot, type TelegramPost, type TelegramState } from './chats.ts'
import { captionOf, chatOf, messageOf, textOf } from './send-photo.ts'

/** Age beyond which bots cannot delete a post. */
const deletableMs = 48 * 3_600_000

const unchanged =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message'

/** Removes the post from the sight of people. Throws {@link Refusal}. */
export function deleteMessage(state: TelegramState, bot: TelegramBot, form: FormData, at: number): true {
  const post = postOf(state, bot, form)
  if (!post) throw badRequest('message to delete not found')
  if (!isOwn(post, bot) || at - post.at > deletableMs) throw badRequest("message can't be deleted")
  post.deletedAt = at
  return true
}

/** Replaces the caption, or removes it if the request has none. Throws {@link Refusal}. */
export function editMessageCaption(state: TelegramState, bot: TelegramBot, form: FormData, at: number) {
  const post = postOf(state, bot, form)
  if (!post) throw badRequest('message to edit not found')
  if (!isOwn(post, bot)) throw badRequest("message can't be edited")
  const caption = captionOf(form)
  if (caption === post.caption) throw badRequest(unchanged)
  post.caption = caption
  post.editedAt = at
  return messageOf(post)
}

function postOf(state: TelegramState, bot: TelegramBot, form: FormData): TelegramPost | undefined {
  const chat = chatOf(state, bot, textOf(form, 'chat_id'))
  const id = textOf(form, 'message_id')
  return state.posts.find(
    (post) => post.chat.id === chat.id && String(post.messageId) === id && post.deletedAt === undefined,
  )
}

function isOwn({ bot, chat }: TelegramPost, { token }: TelegramBot): boolean {
  return bot === botIdOf(token) && chat.allowsPosts !== false
}
