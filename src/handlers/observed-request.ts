/** Each request counted, timed and in a span of its own. */

import type { Services } from '../runtime/services.ts'
import { inRequestSpan, markFailed } from '../runtime/spans.ts'
import { type Exchange, readHeader } from './exchange.ts'

/** Methods that are counted by their name: strangers may invent others. */
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

type Answer = (request: Request, exchange: Exchange) => Promise<Response>

/** Wraps what answers requests. */
export function requestObserver({ metrics }: Pick<Services, 'metrics'>, answer: Answer): Answer {
  let inFlight = 0
  metrics.watch('requests_in_flight', () => inFlight)

  return (request, exchange) => {
    const method = knownMethods.has(request.method) ? request.method : 'other'
    const read = (name: string) => readHeader(request, exchange.connection, name)
    return inRequestSpan(method, read, async (span) => {
      const startedAt = performance.now()
      inFlight++
      try {
        const response = await answer(request, exchange)
        const { status } = response
        const { route = 'none', runtime, requestId } = exchange
        metrics.answered({ method, route, status, seconds: (performance.now() - startedAt) / 1000 })
        if (span.isRecording()) {
          span.updateName(`${method} ${route}`)
          span.setAttributes({
            'http.request.method': method,
            'http.route': route,
            'http.response.status_code': status,
            'publisher.request_id': requestId,
            ...(runtime && {
              'publisher.tenant': runtime.tenant,
              'publisher.config_version': runtime.configVersion,
            }),
          })
          if (status >= 500) markFailed(span, String(status))
        }
        return response
      } finally {
        inFlight--
      }
    })
  }
}
