/** Counts and times each request, and opens a span for it. */
import { noMetrics } from '../ports/metrics.ts'
import type { Services } from '../runtime/services.ts'
import { hasTracer, inRequestSpan, markFailed, type Span } from '../runtime/telemetry/spans.ts'
import { type Exchange, readHeader } from './exchange.ts'

/** Methods that metrics name. Clients can invent others, which count as `other`. */
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

type Answer = (request: Request, exchange: Exchange) => Response | Promise<Response>

/** Wraps a handler with metrics and tracing. A request costs nothing extra if both are off. The handler may not throw. */
export function requestObserver({ metrics }: Pick<Services, 'metrics'>, answer: Answer): Answer {
  const isCounted = metrics !== noMetrics
  let inFlight = 0
  metrics.watch('requests_in_flight', () => inFlight)

  function answerAndCount(
    request: Request,
    exchange: Exchange,
    method: string,
    span?: Span,
  ): Response | Promise<Response> {
    const startedAt = performance.now()
    inFlight++
    const count = (response: Response) => {
      inFlight--
      const { status } = response
      const { route = 'none' } = exchange
      metrics.answered({ method, route, status, seconds: (performance.now() - startedAt) / 1000 })
      if (span) describeRequest(span, exchange, { method, route, status })
      return response
    }
    const fail = (thrown: unknown): never => {
      inFlight--
      throw thrown
    }
    const response = answer(request, exchange)
    return response instanceof Promise ? response.then(count, fail) : count(response)
  }

  return (request, exchange) => {
    const isTraced = hasTracer()
    if (!isCounted && !isTraced) return answer(request, exchange)
    const method = knownMethods.has(request.method) ? request.method : 'other'
    if (!isTraced) return answerAndCount(request, exchange, method)
    const read = (name: string) => readHeader(request, exchange.connection, name)
    return inRequestSpan(method, read, async (span) => answerAndCount(request, exchange, method, span))
  }
}

function describeRequest(
  span: Span,
  { runtime, requestId }: Exchange,
  { method, route, status }: { method: string; route: string; status: number },
): void {
  if (!span.isRecording()) return
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
