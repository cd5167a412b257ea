/** The AI as the workflow uses it: within the tenant's rate limit and a time limit, with the tokens counted. */
import { PublisherError } from '../../base/errors.ts'
import type { AiSlots, Patience } from '../../ports/ai-slots.ts'
import type { LanguageModel, ModelAnswer, ModelRequest } from '../../ports/language-model.ts'

/** The AI behind the tenant's rate limit and token billing. */
export interface AiClient {
  /** Counts `calls` calls if they are within the limit, by default after a brief wait. Throws `rate_limited`. */
  allow(calls: number, patience?: Patience): Promise<void>
  ask<T>(request: ModelRequest<T>): Promise<ModelAnswer<T>>
}

export interface AiTools {
  model: LanguageModel
  slots: AiSlots
  /** Receives the tokens that one AI call used. Must not throw. */
  onTokens(tokens: number): void
}

/** Time limit of all AI calls of a client. Even a slow model needs less. */
const deadlineMs = 150_000

/** Creates a client for one request of a person. Its time limit starts now. */
export function createAiClient({ model, slots, onTokens }: AiTools): AiClient {
  const signal = AbortSignal.timeout(deadlineMs)
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (!signal.aborted) throw error
      throw new PublisherError('ai_unavailable', 'The AI took too long. Nothing was changed; try again.', {
        cause: error,
      })
    }
  }
  return {
    allow: (calls, patience) => inTime(slots.take(calls, signal, patience)),
    ask: (request) => inTime(model.ask(request, signal, onTokens)),
  }
}
