/** Reads the `Retry-After` header. */

/** Upper bound on the characters to read. A date has 29 (RFC 9110, section 5.6.7). */
const maxHeaderLength = 60

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): whole seconds or a date. Returns milliseconds from `now`, or `undefined`
 * if the header is absent or unreadable.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.slice(0, maxHeaderLength).trim()
  if (!value) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
