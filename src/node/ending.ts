/** Shutdown of a process on a signal, within the platform's time limit. */
import { within } from '../base/time.ts'
import { describeError, type Logger } from '../runtime/telemetry/log.ts'

export interface EndingOptions {
  log: Logger
  /** Ends running work. */
  close(): Promise<void>
  /** Sends the remaining spans, within `ms`. */
  sendSpans(ms: number): Promise<void>
  /** Ends the process. */
  exit(code: number): void
  /** Time from the signal to the exit. Default 29,000, since Heroku kills after 30 s. */
  limitMs?: number
  /** Milliseconds of a monotonic clock. */
  clock?: () => number
}

/** Creates the signal handler. Reacts to the first signal only. Exits with 0 after an orderly end, otherwise with 1. */
export function createEnding(options: EndingOptions): (signal: NodeJS.Signals) => void {
  const { log, close, sendSpans, exit, limitMs = 29_000, clock = () => performance.now() } = options
  let isEnding = false

  async function inOrder(signal: NodeJS.Signals): Promise<void> {
    const endsAt = clock() + limitMs
    log.info('draining', { signal })
    const closed = close()
    const said = closed.catch(() => undefined).then(() => sendSpans(Math.max(0, endsAt - clock())))
    try {
      const overdue = () => new Error(`It took longer than ${limitMs} ms.`)
      const outcomes = await within(Promise.allSettled([closed, said]), limitMs, overdue)
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failed) throw failed.reason
      log.info('stopped')
      exit(0)
    } catch (error) {
      log.error('shutdown incomplete', { error: describeError(error) })
      exit(1)
    }
  }

  return (signal) => {
    if (isEnding) return
    isEnding = true
    void inOrder(signal)
  }
}
