/** Finds the requested shape of an answer, and refuses requests as OpenAI and other servers do. */
import { type AnswerSchema, answerSchema, type CompletionRequest, Refusal } from './wire.ts'

/** Features that servers other than OpenAI's may lack. */
export type Lack = 'json_schema' | 'json_object' | 'store' | 'max_completion_tokens'

/** Refuses a request that uses a missing feature. Throws {@link Refusal}. */
export function refuseUnknown(
  { response_format, store, max_completion_tokens }: CompletionRequest,
  lacks: readonly Lack[],
): void {
  const type = response_format?.type
  if ((type === 'json_schema' || type === 'json_object') && lacks.includes(type)) {
    const message = `Invalid parameter: 'response_format' of type '${type}' is not supported with this model.`
    throw new Refusal(400, message, { param: 'response_format' })
  }
  if (store !== undefined && lacks.includes('store')) throw unknownArgument('store')
  if (max_completion_tokens !== undefined && lacks.includes('max_completion_tokens')) {
    throw unknownArgument('max_completion_tokens')
  }
}

/** Returns the schema of the request, or the schema that a client without structured output puts into the prompt. */
export function schemaOf({ response_format }: CompletionRequest, prompt: string): AnswerSchema | undefined {
  if (response_format?.type === 'json_schema') {
    const { schema, strict } = response_format.json_schema
    if (strict) refuseLoose(schema, 'root')
    return schema
  }
  const line = prompt.split('\n').findLast((candidate) => candidate.startsWith('{"type":"object"'))
  return line === undefined ? undefined : answerSchema.parse(JSON.parse(line))
}

/**
 * Refuses a loose schema. Strict structured output accepts only closed objects with all members required, and no lengths of
 * texts.
 */
function refuseLoose(schema: AnswerSchema, path: string): void {
  const members = Object.entries(schema.properties ?? {})
  const isClosed =
    schema.additionalProperties === false && members.every(([name]) => schema.required?.includes(name))
  const hasLength = schema.maxLength !== undefined || schema.minLength !== undefined
  if ((schema.type === 'object' && !isClosed) || hasLength) {
    throw new Refusal(400, `Invalid schema for response_format: ${path}`, { param: 'response_format' })
  }
  for (const [name, member] of members) refuseLoose(member, `${path}.${name}`)
  if (schema.items) refuseLoose(schema.items, `${path}[]`)
}

function unknownArgument(name: string): Refusal {
  return new Refusal(400, `Unrecognized request argument supplied: ${name}`)
}
