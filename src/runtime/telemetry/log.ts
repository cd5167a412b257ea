/**
 * Structured logs: one JSON object per line. A `Secret` always prints as `[redacted]`. The patterns of log-redaction.ts also redact
 * secrets that a vendor's message may quote.
 */
import { isPublisherError } from '../../base/errors.ts'
import { cutText, formatLine } from './log-redaction.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]
export type LogFields = Readonly<Record<string, unknown>>

/** Writes lines of a constant message and fields. Redacts each `Secret` and known shapes of secrets, and cuts long values. */
export interface Logger {
  debug(msg: string, fields?: LogFields): void
  info(msg: string, fields?: LogFields): void
  warn(msg: string, fields?: LogFields): void
  error(msg: string, fields?: LogFields): void
  /** Returns a logger that adds these fields to each line. */
  with(fields: LogFields): Logger
}

export interface LoggerOptions {
  level: LogLevel
  /** Receives one finished line without its line end. */
  write(line: string): void
  now?: () => number
  /** Receives each line that is written. `msg` is a constant of the program's own code. */
  onLine?(level: LogLevel, msg: string): void
}

/** Creates the logger of a host. Lines below `level` cost nothing. */
export function createLogger({ level, write, now = Date.now, onLine }: LoggerOptions): Logger {
  const lowest = logLevels.indexOf(level)
  const timeOf = createTimeText()
  const make = (bound: LogFields): Logger => {
    const at = (lineLevel: LogLevel) => {
      if (logLevels.indexOf(lineLevel) < lowest) return () => undefined
      return (msg: string, fields: LogFields = noFields): void => {
        write(formatLine({ time: timeOf(now()), level: lineLevel, msg }, bound, fields))
        onLine?.(lineLevel, msg)
      }
    }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: (fields) => make({ ...bound, ...fields }),
    }
  }
  return make(noFields)
}

const noFields: LogFields = {}

/** Creates a formatter of times, which remembers the text of the latest millisecond. A busy process logs many lines in each. */
function createTimeText(): (ms: number) => string {
  let latest = Number.NaN
  let text = ''
  return (ms) => {
    if (ms !== latest) {
      text = new Date(ms).toISOString()
      latest = ms
    }
    return text
  }
}

/** Upper bound on an error's name and code, in characters. */
const maxWordLength = 100
/** Upper bound on an error's message, in characters. */
const maxMessageLength = 500

/** Describes an error for the log: names, codes and messages down the chain of causes, each cut. No stack, no properties. */
export function describeError(error: unknown, depth = 0): LogFields {
  if (!(error instanceof Error)) return { name: typeof error }
  const cause = error.cause !== undefined && depth < 4 ? { cause: describeError(error.cause, depth + 1) } : {}
  const code = isPublisherError(error) || hasCode(error) ? { code: cutText(error.code, maxWordLength) } : {}
  return {
    name: cutText(error.name, maxWordLength),
    ...code,
    message: cutText(error.message, maxMessageLength),
    ...cause,
  }
}

/** Upper bound on a path: fits a photo's name of 255 bytes, each of which may take three characters. */
const maxPathLength = 1000

/** Cuts the path of a request for the log. */
export function pathForLog(path: string): string {
  return cutText(path, maxPathLength)
}

function hasCode(error: Error): error is Error & { code: string } {
  return 'code' in error && typeof error.code === 'string'
}
