/** Asks for completions in the dialect that the server understands, which is learnt from its refusals. */
import type { OpenAI } from 'openai'
import type { ModelRequest } from '../../../ports/language-model.ts'
import { type Dialect, fullDialect, withoutRefused } from './dialect.ts'
import { requestBody } from './request.ts'

/** Gives the body of the answer. Throws what the SDK throws. */
export type Complete = <T>(client: OpenAI, request: ModelRequest<T>, signal: AbortSignal) => Promise<unknown>

/** Makes the function for one server. What it does not understand is remembered per model, so that it is asked for once. */
export function createCompletions(): Complete {
  const dialects = new Map<string, Dialect>()
  // Refused fields are answered at once and cost nothing; each round gives one of them up, so there are few.
  return async (client, request, signal) => {
    for (;;) {
      const dialect = dialects.get(request.model) ?? fullDialect
      try {
        return await client.chat.completions.create(requestBody(request, dialect), { signal })
      } catch (error) {
        const understood = withoutRefused(dialect, error)
        if (!understood) throw error
        dialects.set(request.model, understood)
      }
    }
  }
}
