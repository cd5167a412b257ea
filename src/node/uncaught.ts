/** Errors that nobody caught, counted. */
import type { Metrics } from '../runtime/ports/metrics.ts'

/** Counts what reaches the process itself; somebody else has to keep it alive. */
export function countUncaught(metrics: Metrics): void {
  process.on('uncaughtExceptionMonitor', () => metrics.uncaught('exception'))
  process.on('unhandledRejection', () => metrics.uncaught('rejection'))
}
