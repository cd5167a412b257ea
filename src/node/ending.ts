/** The end of a process: in order, within the platform's time, and in any case. */
import { within } from '../base/time.ts'
import { describeError, type Logger } from '../runtime/telemetry/log.ts'

export interface EndingOptions {
  log: Logger
  /** Ends what runs. */
  close(): Promise<void>
  /** Sends what is still to be said of it, within `ms`. */
  sendSpans(ms: number): Promise<void>
  /** Does not come back. */
  exit(code: number): void
  /** From the signal to the exit. Milliseconds. Default 29,000: Heroku kills after 30 s. */
  limitMs?: number
  /** Milliseconds of a clock that nobody sets. */
  clock?: () => number
}

/** Makes what takes the signals. The first one counts; it exits with 0 when everything ended in order, else with 1. */
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
      log.error('ended out of order', { error: describeError(error) })
      exit(1)
    }
  }

  return (signal) => {
    if (isEnding) return
    isEnding = true
    void inOrder(signal)
  }
}
