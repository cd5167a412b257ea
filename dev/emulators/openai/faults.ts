/** Faults that the emulator can inject, and the log of its calls. */
import { z } from 'zod'
import type { Fault as HttpFault } from '../dropbox/faults.ts'
import type { ReceivedPicture } from './picture.ts'
import { Refusal, refused, type Said } from './wire.ts'

export { malformed, serverError } from '../dropbox/faults.ts'

/** One request for a completion, as the emulator received it. */
export interface OpenAiCall {
  /** Key of the request, valid or not. */
  key: string
  model: string
  /** Name of the requested shape; `undefined` if the request has no schema. */
  shape: string | undefined
  format: 'json_schema' | 'json_object' | 'text'
  /** Value as sent; `undefined` if absent. */
  store: boolean | undefined
  limit: 'max_completion_tokens' | 'max_tokens' | undefined
  system: string
  prompt: string
  picture: ReceivedPicture | undefined
  /** Names of all headers, in lower case. */
  headers: string[]
  /** Milliseconds since 1970. */
  at: number
  /** Status of the answer; `undefined` while the call is in progress and after a broken connection. */
  status: number | undefined
}

export type OpenAiFault =
  | HttpFault
  /** Answers 200 with a different message. */
  | { kind: 'say'; instead: (answer: string) => Partial<Said> }

/** Decides for each request for a completion whether to inject a fault. */
export type OpenAiFaultRule = (call: OpenAiCall) => OpenAiFault | undefined

/**
 * Injects the fault at the `nth` call from now on (1 is the next), `times` calls in all. Counts only calls of this key and shape,
 * if given.
 */
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

/** Declines in the form of structured output. */
export const declining: OpenAiFault = {
  kind: 'say',
  instead: () => ({ content: null, refusal: "I'm sorry, I can't assist with that request." }),
}

/** Answers in prose where JSON was requested. */
export const prose: OpenAiFault = {
  kind: 'say',
  instead: () => ({ content: "I'm sorry, but I can't help with describing this {picture}." }),
}

/** Wraps the JSON in a code block, as chat models like to. */
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

/** Writes captions that are far too long for short platforms. */
export const wordy: OpenAiFault = {
  kind: 'say',
  instead: (answer) => {
    const { captions, ...rest } = captionAnswer.parse(JSON.parse(answer))
    const long = Object.entries(captions).map(([name, text]) => [name, `${text} `.repeat(20).trim()])
    return { content: JSON.stringify({ ...rest, captions: Object.fromEntries(long) }) }
  },
}

const captionAnswer = z.looseObject({ captions: z.record(z.string(), z.string()) })

/** Answers with JSON of another shape. */
export const misshapen: OpenAiFault = {
  kind: 'say',
  instead: () => ({ content: JSON.stringify({ caption: ['no', 'such', 'member'] }) }),
}

/** Puts reasoning with braces before the JSON. */
export const thinking: OpenAiFault = {
  kind: 'say',
  instead: (answer) => ({
    content: `<think>They want {"description": ...}, so I look at {the} "photo</think>\n${answer}`,
  }),
}

/** Puts text with braces before and after the JSON. */
export const chatty: OpenAiFault = {
  kind: 'say',
  instead: (answer) => ({ content: `For {this} photo: ${answer} That is {all}.` }),
}

/** Answers 200 with an error, as gateways report a failed upstream. */
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

/** Answers as a gateway that ended a completion without choices. The tokens are counted. */
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

/** Answers with any error in the API's own form. */
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
