/**
 * OpenTelemetry's SDK with what its own packages leave to their caller: which sampler the environment asks for. The exporter reads
 * `OTEL_EXPORTER_OTLP_*` by itself, the resource `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.
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
  /** Sends what is still waiting; resolves after `ms`, or a few seconds, at the latest and never rejects. */
  end(ms: number): Promise<void>
}

type Variables = Readonly<Record<string, string | undefined>>

/** A dead collector must not hold up the end of the process. */
const endingMs = 3000
/** What SDK and collector say may be long. Characters. */
const maxReason = 300

/** Registers the SDK globally, where the API of src/runtime/telemetry/spans.ts finds it. */
export function registerSdk(variables: Variables, log: Logger): Tracing {
  const troubled = (message: string, ...details: unknown[]) =>
    log.warn('tracing is troubled', { reason: [message, ...details].join(' ').slice(0, maxReason) })
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
        log.warn('tracing is troubled', { reason: 'the last spans could not be sent' }),
      )
    },
  }
}

/** By the OpenTelemetry specification's names; its default is `parentbased_always_on`. */
function samplerOf({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }: Variables, log: Logger): Sampler {
  const name = OTEL_TRACES_SAMPLER?.trim() || 'parentbased_always_on'
  const root = rootSampler(name.replace(/^parentbased_/, ''), OTEL_TRACES_SAMPLER_ARG)
  if (!root) {
    log.warn('tracing is troubled', {
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

/** An argument that is no share of one counts as absent, which means all (OpenTelemetry's specification of the variable). */
function ratioOf(argument: string | undefined): number {
  const ratio = Number(argument?.trim() || 1)
  return ratio >= 0 && ratio <= 1 ? ratio : 1
}
