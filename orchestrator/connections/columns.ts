/** Texts and times of vendors in the form of columns. A hostile server may send any text and any number. */
import { safeLine } from '../../src/base/vendor-text.ts'

/** End of the times that are compared as texts. */
const lastTime = Date.UTC(9999, 11, 31)

/** Puts a text on one bounded line without control characters. PostgreSQL refuses NUL. */
export function lineColumn(text: string, longest: number): string {
  return safeLine(text.toWellFormed(), [], longest)
}

/** Writes a time. A time after the year 9999 becomes its end. */
export function timeOf(ms: number): string {
  return new Date(Math.min(ms, lastTime)).toISOString()
}
