/** Takes posts back and corrects them (Bot API, "deleteMessage" and "editMessageCaption"). */
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import type { Secret } from '../../../base/secret.ts'
import { waitInWords } from '../../../base/vendor-text.ts'
import type { TelegramApi } from './call.ts'
import { callOnce, type Reply } from './call.ts'

/** A message of a chat. */
export interface MessageAddress {
  chat_id: number
  message_id: number
}

export interface ChangeOptions {
  api: TelegramApi
  retry: RetryPolicy
}

/** Sentences for the refusals that Telegram describes in words only. `null`: the post already is as wanted. */
type Refusals = readonly (readonly [description: RegExp, sentence: string | null])[]

const refusedDeletions: Refusals = [
  [/message to delete not found/i, null],
  [
    /message can't be deleted/i,
    'Telegram does not let the bot delete the post: it is older than 48 hours, or the bot has lost its right to post. Delete it in the Telegram app.',
  ],
]

const refusedEdits: Refusals = [
  [/message is not modified/i, null],
  [/message to edit not found/i, 'The post is no longer in the channel, so its caption cannot be changed.'],
  [
    /message can't be edited/i,
    'Telegram does not let the bot edit the post. Check that the bot is still an administrator who may post messages, or edit the post in the Telegram app.',
  ],
]

/** Deletes the message. A message that is gone already is a success. Throws the errors of `Publisher.retract`. */
export function deletePost(
  options: ChangeOptions,
  token: Secret,
  address: MessageAddress,
  signal: AbortSignal,
): Promise<void> {
  const call = { token, method: 'deleteMessage', fields: { ...address } }
  return changed(options, call, refusedDeletions, signal)
}

/** Replaces the caption; an empty caption removes it. The same caption is a success. Throws the errors of `Publisher.correct`. */
export function editCaption(
  options: ChangeOptions,
  token: Secret,
  address: MessageAddress,
  caption: string,
  signal: AbortSignal,
): Promise<void> {
  const call = { token, method: 'editMessageCaption', fields: { ...address, caption } }
  return changed(options, call, refusedEdits, signal)
}

/** Repeats the call after a lost answer too, because a repetition changes nothing. */
async function changed(
  { api, retry }: ChangeOptions,
  call: Parameters<typeof callOnce>[1],
  refusals: Refusals,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) throw unavailable(new Error('stopped before the request'))
  let mayBeDone = false
  try {
    await withRetry(
      async (attempt) => {
        const reply = await callOnce(api, call, attempt).catch((error: unknown) => {
          mayBeDone ||= isPublisherError(error, 'publish_outcome_unknown')
          throw isPublisherError(error, 'credentials_rejected') ? error : repeatable(error)
        })
        mayBeDone ||= reply.code >= 500 || (reply.code < 400 && reply.result === undefined)
        checkReply(reply, refusals)
      },
      retry,
      signal,
    )
  } catch (error) {
    if (isPublisherError(error)) throw error
    if (mayBeDone) throw outcomeUnknown(error)
    if (error instanceof RetryableError && !error.isOutage) throw tooMany(error)
    throw unavailable(error)
  }
}

/** Throws unless the post is as wanted. */
function checkReply({ code, result, reason, retryAfterMs, movedTo }: Reply, refusals: Refusals): void {
  if (result !== undefined) return
  const cause = new Error(`Telegram answered ${code}: ${reason}`)
  if (code === 429) throw new RetryableError(cause.message, { cause, retryAfterMs, isOutage: false })
  if (code < 400 || code >= 500 || code === 408) throw repeatable(cause)
  if (movedTo !== undefined) throw refused(movedAway)
  const known = refusals.find(([description]) => description.test(reason))
  if (known?.[1] === null) return
  throw refused(known?.[1] ?? `Telegram refuses to change the post: ${reason}`)
}

const movedAway =
  'The group has become a supergroup, where the bot cannot reach its old posts. Change the post in the Telegram app.'

function repeatable(cause: unknown): RetryableError {
  return new RetryableError(cause instanceof Error ? cause.message : 'no answer', { cause })
}

function refused(sentence: string): PublisherError {
  return new PublisherError('publish_refused', sentence)
}

function unavailable(cause: unknown): PublisherError {
  const message = 'Telegram cannot be reached at the moment. The post is unchanged; try again later.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

function outcomeUnknown(cause: unknown): PublisherError {
  const message = "We don't know if Telegram has changed the post. Try again: nothing can happen twice."
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

function tooMany({ retryAfterMs, cause }: RetryableError): PublisherError {
  const message = `Telegram is limiting requests. The post is unchanged; try again in ${waitInWords(retryAfterMs)}.`
  return new PublisherError('rate_limited', message, { cause, retryAfterMs })
}
