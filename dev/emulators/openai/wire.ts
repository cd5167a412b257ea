/** Requests and answers of Chat Completions, to the extent that the product uses them (OpenAI API reference). */
import { z } from 'zod'

const textPart = z.object({ type: z.literal('text'), text: z.string() })
const picturePart = z.object({
  type: z.literal('image_url'),
  image_url: z.object({
    url: z.string(),
    detail: z.enum(['low', 'high', 'auto', 'original']).default('auto'),
  }),
})

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, picturePart]))]),
})

/** The parts of a JSON Schema that the emulator reads. */
export interface AnswerSchema {
  type?: string | undefined
  properties?: Record<string, AnswerSchema> | undefined
  required?: string[] | undefined
  additionalProperties?: boolean | undefined
  items?: AnswerSchema | undefined
  maxLength?: number | undefined
  minLength?: number | undefined
}

export const answerSchema: z.ZodType<AnswerSchema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string()).transform(([first]) => first)]).optional(),
    properties: z.record(z.string(), answerSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.boolean().optional(),
    items: answerSchema.optional(),
    maxLength: z.number().optional(),
    minLength: z.number().optional(),
  }),
)

export const requestSchema = z.object({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1),
  store: z.boolean().optional(),
  max_completion_tokens: z.number().int().positive().optional(),
  max_tokens: z.number().int().positive().optional(),
  response_format: z
    .discriminatedUnion('type', [
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({ name: z.string(), strict: z.boolean().optional(), schema: answerSchema }),
      }),
      z.object({ type: z.literal('json_object') }),
      z.object({ type: z.literal('text') }),
    ])
    .optional(),
})

export type CompletionRequest = z.output<typeof requestSchema>

/** The only message of the answer. */
export interface Said {
  content: string | null
  refusal: string | null
  finish_reason: 'stop' | 'length' | 'content_filter'
}

export interface Usage {
  prompt_tokens: number
  completion_tokens: number
}

/** Thrown when the real API would answer with an error. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string | null
  readonly param: string | null

  constructor(status: number, message: string, { code, param }: { code?: string; param?: string } = {}) {
    super(message)
    this.status = status
    this.code = code ?? null
    this.param = param ?? null
  }
}

export function refused({ status, message, code, param }: Refusal): Response {
  const type = status === 429 ? 'rate_limit_error' : 'invalid_request_error'
  return Response.json({ error: { message, type, param, code } }, { status })
}

export function completion(
  model: string,
  { finish_reason, ...message }: Said,
  usage: Usage,
  at: number,
): Response {
  return Response.json({
    id: `chatcmpl-emulated-${at}`,
    object: 'chat.completion',
    created: Math.floor(at / 1000),
    model: `${model}-emulated`,
    choices: [{ index: 0, finish_reason, message: { role: 'assistant', ...message } }],
    usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
  })
}
