/** Asks for completions in the dialect that the server understands, learnt from its refusals. */
import type { OpenAI } from 'openai'
import type { ModelRequest } from '../../../ports/language-model.ts'
import { type Dialect, fullDialect, withoutRefused } from './dialect.ts'
import { requestBody } from './request.ts'

/** Returns the body of the answer. Throws the errors of the SDK. */
export type Complete = <T>(client: OpenAI, request: ModelRequest<T>, signal: AbortSignal) => Promise<unknown>

/** Creates the function for one server. Remembers the dialect per model, so that each refusal happens only once. */
export function createCompletions(): Complete {
  const dialects = new Map<string, Dialect>()
  // Terminates, because each round drops one refused field. A refusal is immediate and free.
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
