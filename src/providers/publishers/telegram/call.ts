/** Calls methods of the Bot API (Bot API, "Making requests"). */
import { z } from 'zod'
import { textAtMost } from '../../../base/bounded-body.ts'
import { parseJson } from '../../../base/json.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Secret } from '../../../base/secret.ts'
import { fetchFailure, reasonOf, tokenRejected } from './errors.ts'

/** Upper bound on an answer; real answers have a few kilobytes. */
const maxAnswerBytes = 2 ** 20

/** Subset of `fetch` that the publisher uses. */
export type TelegramFetch = (url: string, init: RequestInit) => Promise<Response>

export interface TelegramApi {
  /** Base URL of the Bot API, without a trailing slash. */
  baseUrl: string
  fetch: TelegramFetch
  /** Current time in milliseconds. */
  now: () => number
}

/** Characters of BotFather's tokens, `<digits>:<letters>`. Other characters could change the path of the URL. */
const tokenShape = /^[\w:-]+$/

const answerSchema = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.number().int().optional(),
  description: z.string().default(''),
  parameters: z
    .object({
      retry_after: z.number().nonnegative().optional(),
      migrate_to_chat_id: z.number().int().optional(),
    })
    .optional()
    .catch(undefined),
})

export interface TelegramCall {
  token: Secret
  method: string
  /** Parameters, sent as JSON, or as a form with files. */
  fields: Readonly<Record<string, string | number>> | FormData
}

export interface Reply {
  /** Code of the answer, or of the proxy that answered instead. */
  code: number
  /** Result, if the method succeeded. */
  result: unknown
  /** Telegram's description of an error on one line, without the token. */
  reason: string
  /** Pause that Telegram asks for, in milliseconds. */
  retryAfterMs: number | undefined
  /** Identifier of the supergroup that the group became. */
  movedTo: number | undefined
}

/**
 * Makes the call once. Follows no redirect, so that the token reaches no other server. Throws `credentials_rejected` for a token that
 * Telegram refuses, and the errors of `fetchFailure` if no answer arrived.
 */
export async function callOnce(
  { baseUrl, fetch, now }: TelegramApi,
  { token, method, fields }: TelegramCall,
  signal: AbortSignal,
): Promise<Reply> {
  if (!tokenShape.test(token.reveal())) throw tokenRejected(new Error('the token has the wrong shape'))
  const { status, headers, text } = await sent()
  const answer = answerSchema.safeParse(parseJson(text)).data
  const reason = reasonOf(answer?.description ?? '', token)
  const code = answer?.ok === false ? (answer.error_code ?? status) : status
  if (code === 401 || code === 404) {
    throw tokenRejected(new Error(`Telegram answered ${code} to ${method}: ${reason}`))
  }
  const { retry_after, migrate_to_chat_id } = answer?.parameters ?? {}
  return {
    code,
    result: answer?.ok === true ? answer.result : undefined,
    reason,
    retryAfterMs: retry_after === undefined ? retryAfterMs(headers, now()) : retry_after * 1000,
    movedTo: migrate_to_chat_id,
  }

  async function sent() {
    try {
      const response = await fetch(`${baseUrl}/bot${token.reveal()}/${method}`, {
        method: 'POST',
        ...(fields instanceof FormData
          ? { body: fields }
          : { body: JSON.stringify(fields), headers: { 'content-type': 'application/json' } }),
        redirect: 'manual',
        signal,
      })
      const { status, headers } = response
      return { status, headers, text: await textAtMost(response, maxAnswerBytes) }
    } catch (error) {
      throw fetchFailure(error, token)
    }
  }
}
