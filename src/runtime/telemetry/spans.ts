/**
 * Spans by OpenTelemetry's API, which does nothing until a program registers an SDK (src/node/tracing.ts). An attribute holds what
 * a log line may hold, and less: no path, no query, no text of people or vendors.
 */
import {
  type Attributes,
  context,
  INVALID_SPAN_CONTEXT,
  ProxyTracerProvider,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { isPublisherError } from '../../base/errors.ts'

export type { Span }

const tracerName = 'publisher'

/** Stands for a span where nobody records any. */
const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

/**
 * The tracer of the SDK that is registered by now, if there is one. Asking first is cheaper than the API's own tracer that does nothing:
 * a warm request should not pay for what is off.
 */
function currentTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider()
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer(tracerName)
    : provider.getTracer(tracerName)
}

type ReadHeader = (name: string) => string | undefined

const headers: TextMapGetter<ReadHeader> = {
  get: (read, name) => read(name),
  keys: () => [],
}

/** Whether anybody records spans by now. */
export function hasTracer(): boolean {
  return currentTracer() !== undefined
}

/** Runs `answer` in the span of a request, which continues the caller's trace (W3C Trace Context). */
export function inRequestSpan<T>(
  method: string,
  readHeader: ReadHeader,
  answer: (span: Span) => Promise<T>,
): Promise<T> {
  const tracer = currentTracer()
  if (!tracer) return answer(noSpan)
  const parent = propagation.extract(context.active(), readHeader, headers)
  return tracer.startActiveSpan(method, { kind: SpanKind.SERVER }, parent, (span) => ending(span, answer))
}

/** Runs `work` in a span below the one that is running. */
export function inSpan<T>(
  name: string,
  { attributes, isCall = false }: { attributes?: Attributes; isCall?: boolean },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const tracer = currentTracer()
  if (!tracer) return work(noSpan)
  const kind = isCall ? SpanKind.CLIENT : SpanKind.INTERNAL
  return tracer.startActiveSpan(name, { kind, ...(attributes && { attributes }) }, (span) =>
    ending(span, work),
  )
}

/** The header that lets the orchestrator continue the trace; empty where there is none. */
export function traceHeaders(): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  return carrier
}

/** Notes how it failed, by its code alone: messages may quote people and vendors. */
export function markFailed(span: Span, reason: string): void {
  span.setAttribute('error.type', reason)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

async function ending<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work(span)
  } catch (error) {
    markFailed(span, isPublisherError(error) ? error.code : 'error')
    throw error
  } finally {
    span.end()
  }
}
