/** Builds the body of a Chat Completions request (OpenAI API reference, "Create chat completion"). */
import { encodeBase64 } from 'hono/utils/encode'
import type { ChatCompletionCreateParamsNonStreaming, ChatCompletionUserMessageParam } from 'openai/resources'
import { z } from 'zod'
import type { ModelPicture, ModelRequest } from '../../../ports/language-model.ts'
import type { Dialect } from './dialect.ts'

/** Builds the body. `store: false` keeps pictures and captions out of the vendor's records. */
export function requestBody<T>(
  request: ModelRequest<T>,
  dialect: Dialect,
): ChatCompletionCreateParamsNonStreaming {
  const { model, name, system, prompt, picture, maxTokens } = request
  const schema = strictSchema(request.schema)
  const asked = dialect.format === 'json_schema' ? prompt : `${prompt}\n\n${inWords(schema)}`
  return {
    model,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: picture ? withPicture(asked, picture) : asked },
    ],
    [dialect.limit]: maxTokens,
    ...(dialect.hasStore && { store: false }),
    ...(dialect.format === 'json_schema' && {
      response_format: { type: dialect.format, json_schema: { name, strict: true, schema } },
    }),
    ...(dialect.format === 'json_object' && { response_format: { type: dialect.format } }),
  }
}

/**
 * Returns the schema that strict structured output accepts (OpenAI, "Structured model outputs", supported schemas). Objects are closed, and
 * all members are required. Defaults and text lengths are left out, because the answer is checked for them.
 */
function strictSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'object') {
        jsonSchema.additionalProperties = false
        // An answer may lack a member that has a default, but the AI is asked for it.
        jsonSchema.required = Object.keys(jsonSchema.properties ?? {})
      }
      delete jsonSchema.default
      delete jsonSchema.minLength
      delete jsonSchema.maxLength
    },
  })
  return rest
}

function inWords(schema: Record<string, unknown>): string {
  return `Answer with one JSON object and nothing else. It has to match this JSON Schema:\n${JSON.stringify(schema)}`
}

/** Embeds the picture as a data URL: it needs no public address, and some servers accept nothing else. */
function withPicture(
  text: string,
  { bytes, mediaType, detail }: ModelPicture,
): ChatCompletionUserMessageParam['content'] {
  const url = `data:${mediaType};base64,${encodeBase64(new Uint8Array(bytes).buffer)}`
  return [
    { type: 'text', text },
    { type: 'image_url', image_url: { url, detail } },
  ]
}
