/** Validates completions. */
import { z } from 'zod'
import { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import type { ModelAnswer, ModelRequest } from '../../../ports/language-model.ts'
import { jsonObjectsIn } from './json-in-words.ts'

const text = z.string().nullish().catch(null)

/** Content as a string, or as parts (Mistral and others). Drops parts without text, such as `thinking`. */
const contentSchema = z.union([
  z.string(),
  z
    .array(z.object({ text }).catch({ text: null }))
    .transform((parts) => parts.map(({ text: words }) => words ?? '').join('')),
  // Some gateways parse the JSON and send an object.
  z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value)),
])

/** Lenient, because compatible servers omit fields that OpenAI always sends. */
const completionSchema = z.object({
  model: text,
  choices: z
    .array(
      z.object({
        finish_reason: text,
        message: z.object({
          content: contentSchema.nullish().catch(null),
          refusal: text,
          reasoning_content: text,
          reasoning: text,
        }),
      }),
    )
    .min(1),
})

/** A choice that a content filter stopped: its message may be missing. */
const filteredSchema = z.object({
  choices: z.tuple([z.object({ finish_reason: z.literal('content_filter') })], z.unknown()),
})

const usageSchema = z.object({ usage: z.object({ total_tokens: z.number().int().nonnegative() }) })

/** Returns the tokens that the server counted for this answer, input plus output; `null` if the answer has no count. */
export function tokensOf(body: unknown): number | null {
  return usageSchema.safeParse(body).data?.usage.total_tokens ?? null
}

/**
 * Returns the validated answer. Throws `ai_refused`, `ai_unusable_answer`, `ai_unavailable` for a body that is not from an AI
 * service, and `RetryableError` for a completion without a message. Errors never contain the model's words, which may describe people
 * in the photo.
 */
export function answerOf<T>(body: unknown, { model, schema }: ModelRequest<T>): ModelAnswer<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw notTheService()
  if (filteredSchema.safeParse(body).success) throw declined()
  const completion = completionSchema.safeParse(body)
  const choice = completion.data?.choices[0]
  if (!completion.success || !choice) throw withoutAnswer(completion.error)
  const { finish_reason, message } = choice
  if (message.refusal) throw declined()
  if (finish_reason === 'length') throw unusable("The AI's answer was cut off.")
  const { content, reasoning_content, reasoning } = message
  // Some servers put the whole answer into the reasoning fields.
  const words = content?.trim() ? content : reasoning_content || reasoning || ''
  return { value: checkedValue(words, schema), model: completion.data.model ?? model }
}

export function declined(cause?: unknown): PublisherError {
  const message =
    'The AI declined this photo. Nothing was changed; write the caption yourself or use another model.'
  return new PublisherError('ai_refused', message, { cause })
}

export function unusable(what: string, cause?: unknown): PublisherError {
  return new PublisherError('ai_unusable_answer', `${what} Nothing was changed; try again.`, { cause })
}

export function outage(cause: unknown, wait?: number): PublisherError {
  return new PublisherError(
    'ai_unavailable',
    'The AI service does not answer at the moment. Try again later.',
    {
      cause,
      retryAfterMs: wait,
      isOutage: true,
    },
  )
}

/** Error for a completion without a message. Gateways send such an answer when their model failed, so a retry is safe. */
function withoutAnswer(cause: unknown): RetryableError {
  return new RetryableError('the completion has no message', { cause: outage(cause) })
}

function notTheService(): PublisherError {
  return new PublisherError(
    'ai_unavailable',
    'The configured address is not an AI service. Tell the operator.',
  )
}

function checkedValue<T>(words: string, schema: z.ZodType<T>): T {
  let misfit: z.ZodError | undefined
  for (const candidate of jsonObjectsIn(words)) {
    const checked = schema.safeParse(candidate)
    if (checked.success) return checked.data
    misfit ??= checked.error
  }
  if (!misfit) {
    throw unusable('The AI did not return the requested data. It may have declined this photo.')
  }
  const paths = misfit.issues.map(({ path, code }) => `${path.join('.')}: ${code}`)
  throw unusable("The AI's answer has the wrong format.", new Error(paths.join(', ').slice(0, 500)))
}
