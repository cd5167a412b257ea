/** Traces of the Node host, off unless the standard variables name an endpoint (docs/operations/monitoring.md). */
import type { Logger } from '../runtime/telemetry/log.ts'
import type { Tracing } from './tracing-sdk.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Registers OpenTelemetry's SDK for this process. Loads the SDK only if traces are on. */
export async function startTracing(variables: Variables, log: Logger): Promise<Tracing> {
  if (!isWanted(variables)) return { end: async () => undefined }
  const { registerSdk } = await import('./tracing-sdk.ts')
  return registerSdk(variables, log)
}

function isWanted(variables: Variables): boolean {
  const hasEndpoint =
    variables.OTEL_EXPORTER_OTLP_ENDPOINT?.trim() || variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim()
  const isOff =
    variables.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true' ||
    variables.OTEL_TRACES_EXPORTER?.trim() === 'none'
  return Boolean(hasEndpoint) && !isOff
}
