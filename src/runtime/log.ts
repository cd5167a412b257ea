/**
 * Structured logs: one JSON object per line (design section 9). Secrets cannot get in by construction (`Secret` prints as
 * `[redacted]`); the patterns here are the second net, for what a vendor's message may quote.
 */
import { isPublisherError } from '../errors.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]
export type LogFields = Readonly<Record<string, unknown>>

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
        write(redact(JSON.stringify(line)))
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

/** What may be said of an error in a log: names, codes and messages down the chain of causes. No stack, no properties. */
export function describeError(error: unknown, depth = 0): LogFields {
  if (!(error instanceof Error)) return { name: typeof error }
  const cause = error.cause !== undefined && depth < 4 ? { cause: describeError(error.cause, depth + 1) } : {}
  const code = isPublisherError(error) || hasCode(error) ? { code: error.code } : {}
  return { name: error.name, ...code, message: error.message.slice(0, 500), ...cause }
}

function hasCode(error: Error): error is Error & { code: string } {
  return 'code' in error && typeof error.code === 'string'
}

const secretPatterns: readonly RegExp[] = [
  /\b(Bearer|Basic)\s+[^\s"\\,;]+/gi,
  /\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)*/g,
  /\bbot\d{5,}:[\w-]{20,}/g,
  /\b(sk|xox[a-z]|ghp)[-_][\w-]{16,}/g,
  /\b(AWSAccessKeyId|X-Amz-(Credential|Signature|Security-Token)|access_token|refresh_token|client_secret|signature|code|state)=[^\s"\\&]+/gi,
  /(?<=https?:\/\/)[^\s"\\/@]+@/g,
]
const worthLooking = /bearer|basic|eyJ|bot\d|sk[-_]|xox|ghp_|=|@/i

function redact(line: string): string {
  if (!worthLooking.test(line)) return line
  return secretPatterns.reduce((text, pattern) => text.replace(pattern, '[redacted]'), line)
}
