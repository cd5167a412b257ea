/** What servers that speak like OpenAI's do not understand, found out by their refusals. */
import { BadRequestError, UnprocessableEntityError } from 'openai'

export interface Dialect {
  /** How the shape of the answer is asked for: by a schema, as any JSON, or in words alone. */
  format: 'json_schema' | 'json_object' | 'text'
  /** Whether the server knows `store`. Where it does not, there is nothing to turn off. */
  hasStore: boolean
  /** How the limit of the answer is called. Old servers know only the name that OpenAI has given up. */
  limit: 'max_completion_tokens' | 'max_tokens'
}

/** OpenAI's own. */
export const fullDialect: Dialect = { format: 'json_schema', hasStore: true, limit: 'max_completion_tokens' }

const simpler = { json_schema: 'json_object', json_object: 'text', text: null } as const

/** The dialect without what the server has just refused; `null` where it refused something else. */
export function withoutRefused(dialect: Dialect, error: unknown): Dialect | null {
  const words = refusalOf(error)
  if (words === null) return null
  // Before the format: servers that list all unknown fields name the format's as a known one.
  if (dialect.hasStore && /\bstore\b/i.test(words)) return { ...dialect, hasStore: false }
  if (dialect.limit === 'max_completion_tokens' && /\bmax_completion_tokens\b/i.test(words)) {
    return { ...dialect, limit: 'max_tokens' }
  }
  const format = simpler[dialect.format]
  return format !== null && /response_format|json_schema|json_object/i.test(words)
    ? { ...dialect, format }
    : null
}

/** As much of a refusal as is looked at. Characters. */
const longestRefusal = 4000

/** 400 at OpenAI, 422 at servers that check requests with pydantic. */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof BadRequestError || error instanceof UnprocessableEntityError)) return null
  return `${error.param ?? ''} ${error.message}`.slice(0, longestRefusal)
}
