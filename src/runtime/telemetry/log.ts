/**
 * Structured logs: one JSON object per line. Secrets cannot get in by construction (`Secret` prints as `[redacted]`); the patterns
 * of log-redaction.ts are the second net, for what a vendor's message may quote.
 */
import { isPublisherError } from '../../base/errors.ts'
import { cutText, formatLine } from './log-redaction.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]
export type LogFields = Readonly<Record<string, unknown>>

/** Writes lines of a constant message and fields. `Secret` and known shapes of secrets are redacted; long values are cut. */
export interface Logger {
  debug(msg: string, fields?: LogFields): void
  info(msg: string, fields?: LogFields): void
  warn(msg: string, fields?: LogFields): void
  error(msg: string, fields?: LogFields): void
  /** A logger that adds these fields to each line. */
  with(fields: LogFields): Logger
}

export interface LoggerOptions {
  level: LogLevel
  /** Takes one finished line without its line end. */
  write(line: string): void
  now?: () => number
  /** Told of each line that is written. `msg` comes from the program's own code. */
  onLine?(level: LogLevel, msg: string): void
}

/** Makes the logger of a host. Lines below `level` cost nothing. */
export function createLogger({ level, write, now = Date.now, onLine }: LoggerOptions): Logger {
  const lowest = logLevels.indexOf(level)
  const make = (bound: LogFields): Logger => {
    const at =
      (lineLevel: LogLevel) =>
      (msg: string, fields?: LogFields): void => {
        if (logLevels.indexOf(lineLevel) < lowest) return
        const line = { time: new Date(now()).toISOString(), level: lineLevel, msg, ...bound, ...fields }
        write(formatLine(line))
        onLine?.(lineLevel, msg)
      }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: (fields) => make({ ...bound, ...fields }),
    }
  }
  return make({})
}

/** Longest name or code of an error in the log. Characters. */
const maxWord = 100
/** Longest message of an error in the log. Characters. */
const maxMessage = 500

/** Describes an error for the log: names, codes and messages down the chain of causes, each cut. No stack, no properties. */
export function describeError(error: unknown, depth = 0): LogFields {
  if (!(error instanceof Error)) return { name: typeof error }
  const cause = error.cause !== undefined && depth < 4 ? { cause: describeError(error.cause, depth + 1) } : {}
  const code = isPublisherError(error) || hasCode(error) ? { code: cutText(error.code, maxWord) } : {}
  return {
    name: cutText(error.name, maxWord),
    ...code,
    message: cutText(error.message, maxMessage),
    ...cause,
  }
}

/** Longest path in the log. A photo's name has at most 255 bytes, each written as three characters. */
const maxPath = 1000

/** The path of a request as it stands in the log. */
export function pathForLog(path: string): string {
  return cutText(path, maxPath)
}

function hasCode(error: Error): error is Error & { code: string } {
  return 'code' in error && typeof error.code === 'string'
}
