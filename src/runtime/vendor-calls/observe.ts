/** Metrics and spans of calls to vendors. */
import { isPublisherError } from '../../base/errors.ts'
import type { CallOutcome, Metrics, OutgoingCall } from '../../ports/metrics.ts'
import { inSpan, markFailed } from '../telemetry/spans.ts'

/**
 * Makes one call. `outcomeOf` returns the outcome of an answer (default: `ok`). `failureOf` may override the outcome of an error
 * (default: its code).
 */
export type Observe = <T>(
  call: Pick<OutgoingCall, 'to' | 'operation'>,
  make: () => Promise<T>,
  outcomeOf?: (answer: T) => CallOutcome,
  failureOf?: (error: unknown) => CallOutcome | undefined,
) => Promise<T>

/** Creates the observer of a process. */
export function createObserver(metrics: Metrics): Observe {
  return ({ to, operation }, make, outcomeOf = () => 'ok', failureOf = () => undefined) =>
    inSpan(
      `${to} ${operation}`,
      { isCall: true, attributes: { 'publisher.vendor': to, 'publisher.operation': operation } },
      async (span) => {
        const startedAt = performance.now()
        let outcome: CallOutcome = 'error'
        try {
          const answer = await make()
          outcome = outcomeOf(answer)
          return answer
        } catch (error) {
          outcome = failureOf(error) ?? (isPublisherError(error) ? error.code : 'error')
          throw error
        } finally {
          const seconds = (performance.now() - startedAt) / 1000
          metrics.called({ to, operation, outcome, seconds })
          span.setAttribute('publisher.outcome', outcome)
          if (outcome === 'not_ready') markFailed(span, outcome)
        }
      },
    )
}
