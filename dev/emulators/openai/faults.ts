/** Ways in which the emulator can misbehave, and the log of what it was asked. */
import type { Fault as HttpFault } from '../dropbox/faults.ts'
import type { ReceivedPicture } from './picture.ts'
import { Refusal, refused, type Said } from './wire.ts'

export { malformed, serverError } from '../dropbox/faults.ts'

/** One request for a completion, as the emulator saw it. */
export interface OpenAiCall {
  /** The key that came along, whether it is good or not. */
  key: string
  model: string
  /** The name of the shape that was asked for; `undefined` where the request has no schema. */
  shape: string | undefined
  format: 'json_schema' | 'json_object' | 'text'
  /** As sent; `undefined` where it was left out. */
  store: boolean | undefined
  limit: 'max_completion_tokens' | 'max_tokens' | undefined
  system: string
  prompt: string
  picture: ReceivedPicture | undefined
  /** Names of all headers, in lower case. */
  headers: string[]
  /** Milliseconds since 1970. */
  at: number
  /** The answer's status; `undefined` while it is under way and when the connection broke. */
  status: number | undefined
}

export type OpenAiFault =
  | HttpFault
  /** Answers 200 with another message than the one it would have given. */
  | { kind: 'say'; instead: (answer: string) => Partial<Said> }

/** Looks at each request and may spoil it. */
export type OpenAiFaultRule = (call: OpenAiCall) => OpenAiFault | undefined

/** Spoils the `nth` call from now on (1 is the next), and `times` in all, of this key and shape or of all. */
export function onAsk(
  fault: OpenAiFault,
  { nth = 1, times = 1, key, shape }: { nth?: number; times?: number; key?: string; shape?: string } = {},
): OpenAiFaultRule {
  let seen = 0
  return (call) => {
    if ((key !== undefined && call.key !== key) || (shape !== undefined && call.shape !== shape))
      return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Structured output's own way to decline. */
export const declining: OpenAiFault = {
  kind: 'say',
  instead: () => ({ content: null, refusal: "I'm sorry, I can't assist with that request." }),
}

/** Declines, or chats, in words where JSON was asked for. */
export const prose: OpenAiFault = {
  kind: 'say',
  instead: () => ({ content: "I'm sorry, but I can't help with describing this {picture}." }),
}

/** Wraps the JSON as chat models like to. */
export const fenced: OpenAiFault = {
  kind: 'say',
  instead: (answer) => ({ content: `Here you are:\n\`\`\`json\n${answer}\n\`\`\`\nAnything else?` }),
}

/** Stops at the token limit. */
export const cut: OpenAiFault = {
  kind: 'say',
  instead: (answer) => ({ content: answer.slice(0, answer.length / 2), finish_reason: 'length' }),
}

export const filtered: OpenAiFault = {
  kind: 'say',
  instead: () => ({ content: '', finish_reason: 'content_filter' }),
}

/** JSON of another shape. */
export const misshapen: OpenAiFault = {
  kind: 'say',
  instead: () => ({ content: JSON.stringify({ caption: ['no', 'such', 'member'] }) }),
}

/** Thinks aloud, with braces, before the JSON. */
export const thinking: OpenAiFault = {
  kind: 'say',
  instead: (answer) => ({
    content: `<think>They want {"description": ...}, so I look at {the} "photo</think>\n${answer}`,
  }),
}

/** Puts words with braces before and behind the JSON. */
export const chatty: OpenAiFault = {
  kind: 'say',
  instead: (answer) => ({ content: `For {this} photo: ${answer} That is {all}.` }),
}

/** An error in an answer of status 200, as gateways pass on what failed behind them. */
export function toldWithStatus200(
  error: unknown,
  { choices, retryAfter }: { choices?: unknown; retryAfter?: number } = {},
): HttpFault {
  const headers = {
    'content-type': 'application/json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  }
  return { kind: 'answer', status: 200, body: JSON.stringify({ error, choices }), headers }
}

/** A completion that a gateway ended without an answer; the tokens are counted. */
export const withoutChoices: HttpFault = {
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    model: 'm',
    choices: null,
    usage: { total_tokens: 10 },
  }),
}

/** Any error in the API's own form. */
export async function refusing(
  status: number,
  message: string,
  { code, retryAfter }: { code?: string; retryAfter?: number } = {},
): Promise<HttpFault> {
  const answer = refused(new Refusal(status, message, code === undefined ? {} : { code }))
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  const headers = { ...Object.fromEntries(answer.headers), ...wait }
  return { kind: 'answer', status, body: await answer.text(), headers }
}
