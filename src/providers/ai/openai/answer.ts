/** What a server answers, checked. */
import { z } from 'zod'
import { PublisherError } from '../../../errors.ts'
import type { ModelAnswer, ModelRequest } from '../../../workflow/ports/language-model.ts'

/** Other servers leave out what OpenAI always sends. */
const completionSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z.object({ total_tokens: z.number().int().nonnegative() }).nullish().catch(null),
})

/** What the server counted for this answer, in and out; `null` where it does not say, or where it is no answer. */
export function tokensOf(body: unknown): number | null {
  return completionSchema.safeParse(body).data?.usage?.total_tokens ?? null
}

/**
 * The checked answer. Throws `ai_refused`, `ai_unusable_answer`, and `ai_unavailable` for what is no completion at all. The model's
 * own words stay out of errors: they may quote the photo's people.
 */
export function answerOf<T>(body: unknown, { model, schema }: ModelRequest<T>): ModelAnswer<T> {
  const completion = completionSchema.safeParse(body)
  const choice = completion.data?.choices[0]
  if (!completion.success || !choice) throw notTheService(completion.error)
  const { finish_reason, message } = choice
  if (message.refusal || finish_reason === 'content_filter') throw declined()
  if (finish_reason === 'length') throw unusable('The answer of the AI was cut off before its end.')
  return { value: checkedValue(message.content ?? '', schema), model: completion.data.model ?? model }
}

export function declined(cause?: unknown): PublisherError {
  const message =
    'The AI declined this photo. Nothing was changed; write the caption yourself or use another model.'
  return new PublisherError('ai_refused', message, { cause })
}

export function unusable(what: string, cause?: unknown): PublisherError {
  return new PublisherError('ai_unusable_answer', `${what} Nothing was changed; try again.`, { cause })
}

function notTheService(cause: unknown): PublisherError {
  return new PublisherError(
    'ai_unavailable',
    'What answers in place of the AI is something else. Tell the operator.',
    {
      cause,
    },
  )
}

function checkedValue<T>(content: string, schema: z.ZodType<T>): T {
  const found = jsonIn(content)
  if (found === undefined) {
    throw unusable(
      'The AI answered with something else than what was asked. It may have declined this photo.',
    )
  }
  const checked = schema.safeParse(found)
  if (checked.success) return checked.data
  const paths = checked.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`)
  throw unusable('The answer of the AI has the wrong form.', new Error(paths.join(', ').slice(0, 500)))
}

/** Longer than any answer that is asked for. Characters. */
const longestAnswer = 2 ** 20

/** The JSON object in the text: the whole of it, what stands in a fence, or what stands between words. */
function jsonIn(content: string): unknown {
  if (content.length > longestAnswer) return undefined
  const braced = content.slice(content.indexOf('{'), content.lastIndexOf('}') + 1)
  for (const candidate of [content, fencedIn(content), braced]) {
    const value = parse(candidate)
    if (typeof value === 'object' && value !== null) return value
  }
  return undefined
}

const fence = '```'

/** Text between the first line that begins with a fence and the next fence. */
function fencedIn(content: string): string {
  const opening = content.indexOf(fence)
  const start = opening < 0 ? -1 : content.indexOf('\n', opening)
  const end = start < 0 ? -1 : content.indexOf(fence, start)
  return end < 0 ? '' : content.slice(start, end)
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
