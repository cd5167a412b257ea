/** Request fields that a compatible server does not understand, learnt from its refusals. */
import { BadRequestError, UnprocessableEntityError } from 'openai'

export interface Dialect {
  /** Means of requesting the answer's shape: a schema, any JSON, or only the prompt. */
  format: 'json_schema' | 'json_object' | 'text'
  /** True when the server knows the field `store`. A server without the field has nothing to turn off. */
  hasStore: boolean
  /** Name of the field that limits the answer. Old servers know only `max_tokens`, which OpenAI deprecated. */
  limit: 'max_completion_tokens' | 'max_tokens'
}

/** OpenAI's own dialect. */
export const fullDialect: Dialect = { format: 'json_schema', hasStore: true, limit: 'max_completion_tokens' }

const simpler = { json_schema: 'json_object', json_object: 'text', text: null } as const

/** Returns the dialect without the field that the server just refused; `null` for a refusal with another reason. */
export function withoutRefused(dialect: Dialect, error: unknown): Dialect | null {
  const words = refusalOf(error)
  if (words === null) return null
  // Before the format: a server that rejects unknown fields may name `response_format` in its list of known fields.
  if (dialect.hasStore && /\bstore\b/i.test(words)) return { ...dialect, hasStore: false }
  if (dialect.limit === 'max_completion_tokens' && /\bmax_completion_tokens\b/i.test(words)) {
    return { ...dialect, limit: 'max_tokens' }
  }
  const format = simpler[dialect.format]
  return format !== null && /response_format|json_schema|json_object/i.test(words)
    ? { ...dialect, format }
    : null
}

/** Upper bound on the examined characters of a refusal. */
const longestRefusal = 4000

/** Returns the text of a refusal: 400 from OpenAI, 422 from servers that validate requests with pydantic. */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof BadRequestError || error instanceof UnprocessableEntityError)) return null
  return `${error.param ?? ''} ${error.message}`.slice(0, longestRefusal)
}
