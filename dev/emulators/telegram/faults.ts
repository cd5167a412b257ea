/** Ways in which the emulator can misbehave, and the log of what it was asked. */
import type { Fault } from '../dropbox/faults.ts'
import { Refusal, refused } from './answers.ts'

export { malformed, serverError } from '../dropbox/faults.ts'

/** One request, as the emulator saw it. */
export interface TelegramCall {
  /** In lower case: `sendphoto`, `getme`, `getchat`. */
  method: string
  /** The digits of the token that came along, whether it is good or not. */
  bot: string
  /** `chat_id` as it was sent; `undefined` where there is none, and while the body has not been read. */
  chatId: string | undefined
  /** Milliseconds since 1970. */
  at: number
  /** The answer's status; `undefined` while it is under way and when the connection broke. */
  status: number | undefined
}

/** Looks at each request before its body is read, and may spoil it. */
export type TelegramFaultRule = (call: TelegramCall) => Fault | undefined

/** Spoils the `nth` call of this method from now on (1 is the next), and `times` in all, of this bot or of all. */
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

/** 429 with the pause in the body, as the Bot API has it. */
export async function rateLimited(seconds: number): Promise<Fault> {
  return refusing(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
}

/** Any answer of `ok: false`. */
export async function refusing(...refusal: ConstructorParameters<typeof Refusal>): Promise<Fault> {
  const answer = refused(new Refusal(...refusal))
  const headers = Object.fromEntries(answer.headers)
  return { kind: 'answer', status: answer.status, body: await answer.text(), headers }
}
