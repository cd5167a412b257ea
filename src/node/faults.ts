/** Faults outside of any request: logged, counted by who listens, never fatal to the requests that run. */
import { describeError, type Logger } from '../runtime/telemetry/log.ts'

/** Also the message of the log line. */
export type FaultKind =
  | 'uncaught exception'
  | 'unhandled rejection'
  | 'background work failed'
  | 'the adapter failed'

export interface Faults {
  report(kind: FaultKind, error: unknown): void
}

/** Makes the reporter of a process. */
export function createFaults(log: Logger, onFault?: (kind: FaultKind) => void): Faults {
  return {
    report(kind, error) {
      log.error(kind, { error: describeError(error) })
      onFault?.(kind)
    },
  }
}

/** Takes over what would otherwise end the process, and with it everybody else's requests. */
export function watchProcess(faults: Faults): void {
  process.on('uncaughtException', (error) => faults.report('uncaught exception', error))
  process.on('unhandledRejection', (error) => faults.report('unhandled rejection', error))
}
