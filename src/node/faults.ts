/** Faults outside of any request. They are logged and counted, and never end running requests. */
import { describeError, type Logger } from '../runtime/telemetry/log.ts'

/** Kind of fault, also the message of the log line. */
export type FaultKind =
  | 'uncaught exception'
  | 'unhandled rejection'
  | 'background work failed'
  | 'the adapter failed'

export interface Faults {
  report(kind: FaultKind, error: unknown): void
}

/** Creates the fault reporter of a process. */
export function createFaults(log: Logger, onFault?: (kind: FaultKind) => void): Faults {
  return {
    report(kind, error) {
      log.error(kind, { error: describeError(error) })
      onFault?.(kind)
    },
  }
}

/** Handles uncaught errors, which would otherwise end the process and all its requests. */
export function watchProcess(faults: Faults): void {
  process.on('uncaughtException', (error) => faults.report('uncaught exception', error))
  process.on('unhandledRejection', (error) => faults.report('unhandled rejection', error))
}
