/** A tenant's AI behind the pipeline. */
import { type ErrorDetails, PublisherError } from '../../base/errors.ts'
import type { LanguageModel } from '../../ports/language-model.ts'
import { type LimitedTable, limitedLayers, type VendorCallContext } from './layers.ts'
import { throughLayers } from './pipeline.ts'

/** Bounds concurrent calls, each of which takes seconds. `ai.rate_per_minute` bounds their rate. */
const limits = { queue: 'ai', atOnce: 4, maxWaiting: 16 } as const

const calls = {
  ask: {
    operation: { from: ({ name }) => name },
    kind: 'read',
    signalOf: (_, signal) => signal,
  },
  listModels: 'direct',
} as const satisfies LimitedTable<LanguageModel>

/** Wraps a model to allow at most 4 concurrent calls. Calls also throw `busy`, and `ai_unavailable` at once while the service is down. */
export function modelCalls(model: LanguageModel, context: VendorCallContext): LanguageModel {
  return throughLayers(model, calls, limitedLayers({ ...context, ...limits, unavailable }))
}

function unavailable(details: ErrorDetails): PublisherError {
  return new PublisherError(
    'ai_unavailable',
    'The AI service is not answering at the moment. Try again later.',
    details,
  )
}
