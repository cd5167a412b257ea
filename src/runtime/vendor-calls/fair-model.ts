/** A tenant's AI behind its gate. */
import { type ErrorDetails, PublisherError } from '../../base/errors.ts'
import type { LanguageModel } from '../../ports/language-model.ts'
import { aiVendor } from '../../ports/vendors.ts'
import type { GateContext } from './fair-store.ts'
import { createGate } from './gate.ts'

/** A call takes seconds; `ai.rate_per_minute` says how many there may be, this how many of them may hang. */
const limits = { atOnce: 4, maxWaiting: 16 }

/** The same model with at most 4 calls at once. Throws also `busy`, and `ai_unavailable` at once while the service is down. */
export function withFairModel(model: LanguageModel, context: GateContext): LanguageModel {
  const gate = createGate({ ...context, ...limits, vendor: aiVendor, queue: 'ai', unavailable })
  const listModels = model.listModels?.bind(model)
  return {
    ask: (request, signal, onTokens) => gate.look(() => model.ask(request, signal, onTokens), { signal }),
    ...(listModels && { listModels }),
  }
}

function unavailable(details: ErrorDetails): PublisherError {
  return new PublisherError(
    'ai_unavailable',
    'The AI service does not answer at the moment. Try again later.',
    details,
  )
}
