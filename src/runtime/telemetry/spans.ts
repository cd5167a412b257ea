/**
 * Spans through OpenTelemetry's API, which does nothing until a program registers an SDK (src/node/tracing.ts). Attributes hold even
 * less than log lines: no path, no query, no text from people or vendors.
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

/** Stand-in for a span while no SDK is registered. */
const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

/**
 * Returns the tracer of the registered SDK, if any. This check costs less than the API's no-op tracer, so a warm request pays almost
 * nothing while tracing is off.
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

/** Checks if an SDK records spans. */
export function hasTracer(): boolean {
  return currentTracer() !== undefined
}

/** Runs `answer` in the span of a request, as part of the caller's trace (W3C Trace Context). */
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

/** Runs `work` in a child of the current span. */
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

/** Returns the headers that let the orchestrator continue the trace; empty without a trace. */
export function traceHeaders(): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  return carrier
}

/** Records the failure by its code only, because messages may quote people and vendors. */
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
