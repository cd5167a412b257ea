/** Messages that `sendPhoto` returns (Bot API, "Message" and "sendPhoto"). */
import { z } from 'zod'

const messageSchema = z.object({
  message_id: z.number().int(),
  chat: z.object({
    id: z.number().int(),
    username: z.string().regex(/^\w+$/).optional().catch(undefined),
  }),
  /** Sizes of the photo, smallest first. */
  photo: z.array(z.object({ file_id: z.string().max(500) })).catch([]),
})

export type SentMessage = z.output<typeof messageSchema>

/** Returns the message; `null` for a result of another form. */
export function parseMessage(result: unknown): SentMessage | null {
  return messageSchema.safeParse(result).data ?? null
}

/** Returns an identifier that is unique across chats; `message_id` alone is not. */
export function postIdOf({ chat, message_id }: SentMessage): string {
  return `${chat.id}/${message_id}`
}

/** Prefix of the identifiers of channels and supergroups in the Bot API; links omit it. */
const channelPrefix = '-100'

/** Returns the link to the post: public, or for members of a private channel. Posts in a plain group have no link. */
export function linkTo({ chat, message_id }: SentMessage): string | undefined {
  // A message that the server sends later has the identifier 0.
  if (message_id === 0) return undefined
  if (chat.username !== undefined) return `https://t.me/${chat.username}/${message_id}`
  const id = String(chat.id)
  if (!id.startsWith(channelPrefix)) return undefined
  return `https://t.me/c/${id.slice(channelPrefix.length)}/${message_id}`
}
