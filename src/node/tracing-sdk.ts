/**
 * OpenTelemetry's SDK, with the sampler that the environment names. The SDK's own packages leave the sampler to their caller, but read
 * `OTEL_EXPORTER_OTLP_*`, `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` themselves.
 */
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { within } from '../base/time.ts'
import type { Logger } from '../runtime/telemetry/log.ts'

export interface Tracing {
  /** Sends the remaining spans. Resolves after `ms` or 3 s at the latest, and never rejects. */
  end(ms: number): Promise<void>
}

type Variables = Readonly<Record<string, string | undefined>>

/** Time limit of the shutdown, so that a dead collector cannot delay the end of the process. */
const endingMs = 3000
/** Upper bound on a message of the SDK or the collector, in characters. */
const maxReasonLength = 300

/** Registers the SDK globally, for the API in src/runtime/telemetry/spans.ts. */
export function registerSdk(variables: Variables, log: Logger): Tracing {
  const troubled = (message: string, ...details: unknown[]) =>
    log.warn('tracing failed', { reason: [message, ...details].join(' ').slice(0, maxReasonLength) })
  const silent = () => undefined
  diag.setLogger(
    { error: troubled, warn: troubled, info: silent, debug: silent, verbose: silent },
    DiagLogLevel.WARN,
  )
  const provider = new TracerProvider({
    sampler: samplerOf(variables, log),
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'publisher' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  return {
    async end(ms) {
      const overdue = () => new Error('The collector did not answer in time.')
      await within(provider.shutdown(), Math.min(ms, endingMs), overdue).catch(() =>
        log.warn('tracing failed', { reason: 'the last spans could not be sent' }),
      )
    },
  }
}

/** Creates the sampler by its name in the OpenTelemetry specification, whose default is `parentbased_always_on`. */
function samplerOf({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }: Variables, log: Logger): Sampler {
  const name = OTEL_TRACES_SAMPLER?.trim() || 'parentbased_always_on'
  const root = rootSampler(name.replace(/^parentbased_/, ''), OTEL_TRACES_SAMPLER_ARG)
  if (!root) {
    log.warn('tracing failed', {
      reason: 'OTEL_TRACES_SAMPLER is unknown; parentbased_always_on is used',
    })
    return new ParentBasedSampler({ root: new AlwaysOnSampler() })
  }
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}

function rootSampler(name: string, argument: string | undefined): Sampler | undefined {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratioOf(argument))
    default:
      return undefined
  }
}

/** Reads a ratio from 0 to 1. An invalid argument counts as absent, which means 1 (OpenTelemetry's specification of the variable). */
function ratioOf(argument: string | undefined): number {
  const ratio = Number(argument?.trim() || 1)
  return ratio >= 0 && ratio <= 1 ? ratio : 1
}
