/** A tenant's platform behind the pipeline. Limits apply to whole posts instead of calls (limits/posts.ts). */
import { type ErrorDetails, PublisherError } from '../../base/errors.ts'
import type { Publisher } from '../../ports/publisher.ts'
import { breaking, type LimitedTable, observing, type VendorCallContext } from './layers.ts'
import { throughLayers } from './pipeline.ts'
import { createWatch } from './watch.ts'

/** Time after which an unfinished probe expires, longer than publishing waits for a platform. */
const probeMs = 100_000

const calls = {
  publish: { operation: 'publish', kind: 'begin' },
  confirm: { operation: 'confirm', kind: 'read' },
  retract: { operation: 'retract', kind: 'begin' },
  correct: { operation: 'correct', kind: 'begin' },
  ownRules: 'direct',
  effectOf: 'direct',
  plan: 'direct',
  changesOf: 'direct',
  describe: 'direct',
  subject: 'direct',
  verify: 'direct',
} as const satisfies LimitedTable<Publisher>

/**
 * Wraps a publisher to throw `publish_unavailable` at once while the platform is down. The platform is not called then, so the photo was
 * certainly not sent, and its claim is released.
 */
export function publisherCalls(publisher: Publisher, context: VendorCallContext): Publisher {
  const watch = createWatch({ ...context, probeMs, unavailable })
  return throughLayers(publisher, calls, [observing(context), breaking(watch)])
}

function unavailable(details: ErrorDetails): PublisherError {
  const message = 'This platform is not answering at the moment. Nothing was sent. Try again shortly.'
  return new PublisherError('publish_unavailable', message, details)
}
