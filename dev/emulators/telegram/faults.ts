/** Faults that the emulator can inject, and the log of its calls. */
import type { Fault } from '../dropbox/faults.ts'
import { Refusal, refused } from './answers.ts'

export { malformed, serverError } from '../dropbox/faults.ts'

/** One request, as the emulator received it. */
export interface TelegramCall {
  /** Method in lower case, such as `sendphoto` or `deletemessage`. */
  method: string
  /** Digits of the request's token, valid or not. */
  bot: string
  /** `chat_id` as sent; `undefined` if absent, and until the body has been read. */
  chatId: string | undefined
  /** Milliseconds since 1970. */
  at: number
  /** Status of the answer; `undefined` while the call is in progress and after a broken connection. */
  status: number | undefined
}

/** Decides for each request, before its body is read, whether to inject a fault. */
export type TelegramFaultRule = (call: TelegramCall) => Fault | undefined

/**
 * Injects the fault at the `nth` call of this method from now on (1 is the next), `times` calls in all. Counts only calls of this
 * bot, if given.
 */
export function onMethod(
  method: string,
  fault: Fault,
  { nth = 1, times = 1, bot }: { nth?: number; times?: number; bot?: string } = {},
): TelegramFaultRule {
  let seen = 0
  return (call) => {
    if (call.method !== method.toLowerCase() || (bot !== undefined && call.bot !== bot)) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Answers 429 with the pause in the body, as the Bot API does. */
export async function rateLimited(seconds: number): Promise<Fault> {
  return refusing(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
}

/** Answers with any refusal, `ok: false`. */
export async function refusing(...refusal: ConstructorParameters<typeof Refusal>): Promise<Fault> {
  const answer = refused(new Refusal(...refusal))
  const headers = Object.fromEntries(answer.headers)
  return { kind: 'answer', status: answer.status, body: await answer.text(), headers }
}
