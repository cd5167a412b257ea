/** Changes that Telegram allows for a post, and how the publisher makes them. */
import type { Secret } from '../../../base/secret.ts'
import { type CredentialSource, withCredentials } from '../../../ports/credentials.ts'
import type { PossibleChanges, Publisher, Receipt } from '../../../ports/publisher.ts'
import type { SentMessage } from './answers.ts'
import { type ChangeOptions, deletePost, editCaption, type MessageAddress } from './change-post.ts'
import { refused } from './errors.ts'

/** Age up to which bots can delete their posts ("deleteMessage"). */
const deletableMs = 48 * 3_600_000

const tooOld =
  'Telegram lets bots delete a post for 48 hours only. Delete it in the Telegram app: press and hold the post, then tap “Delete”.'

const noAddress =
  'Telegram has not told which message the post is. Change it in the Telegram app: press and hold the post.'

/** Returns the notes that later changes need. */
export function notesOf({ chat, message_id, photo }: SentMessage): Record<string, string> {
  const [file_id] = photo.toReversed().map((size) => size.file_id)
  return {
    chat_id: String(chat.id),
    message_id: String(message_id),
    ...(file_id !== undefined && { file_id }),
  }
}

/** Finds the message of a post: in its notes, otherwise in its identifier. `null` if Telegram has not told it. */
function addressOf({ notes, postId }: Receipt): MessageAddress | null {
  const { chat_id, message_id } = notes
  const noted = chat_id !== undefined && message_id !== undefined ? `${chat_id}/${message_id}` : postId
  const [, chat, message] = /^(-?\d{1,16})\/(\d{1,16})$/.exec(noted) ?? []
  // A message that the server sends later has the identifier 0.
  return Number(message) > 0 ? { chat_id: Number(chat), message_id: Number(message) } : null
}

function changesOf(receipt: Receipt, now: Date): PossibleChanges {
  // A post that is not out yet has no identifier.
  if (receipt.postId !== '' && !addressOf(receipt)) {
    const impossible = { possible: false, reason: noAddress } as const
    return { retract: impossible, correct: impossible }
  }
  const until = new Date(receipt.postedAt.getTime() + deletableMs)
  return {
    retract:
      now < until
        ? { possible: true, until, remark: 'Copies in other chats stay.' }
        : { possible: false, reason: tooOld },
    correct: { possible: true },
  }
}

/** Members of the publisher that change posts. */
export type PostChanges = Required<Pick<Publisher, 'changesOf' | 'retract' | 'correct'>>

/** Creates the members of the publisher that change posts. */
export function createChanges(
  options: ChangeOptions,
  credentials: CredentialSource<{ bot_token: Secret }>,
): PostChanges {
  function changing<T>(receipt: Receipt, change: (token: Secret, address: MessageAddress) => Promise<T>) {
    const address = addressOf(receipt)
    if (!address) throw refused(noAddress)
    return withCredentials(credentials, ({ bot_token }) => change(bot_token, address))
  }
  return {
    changesOf,
    retract: async (receipt, signal) =>
      changing(receipt, (token, address) => deletePost(options, token, address, signal)),
    async correct(receipt, { caption }, signal) {
      await changing(receipt, (token, address) => editCaption(options, token, address, caption, signal))
      return undefined
    },
  }
}
