/** Allowance of calls per service token: the generic cell rate algorithm (ITU-T I.371) in the memory of this process. */

export interface CallAllowance {
  /** Takes one call of this token. Gives 0, or the milliseconds until the next call is allowed; a refused call is not counted. */
  take(token: number): number
}

/**
 * Makes the allowance: `callsPerMinute` calls at once, and as many per minute in the long run. A used call comes back evenly, one per
 * `60,000 / callsPerMinute` milliseconds, so waiting for the next full minute gains nothing. Libraries count fixed windows instead.
 */
export function createCallAllowance(callsPerMinute: number, now: () => number): CallAllowance {
  const intervalMs = Math.ceil(60_000 / callsPerMinute)
  const windowMs = intervalMs * callsPerMinute
  /** Times at which the allowance of a token is whole again, by the token's index. */
  const wholeAt = new Map<number, number>()

  return {
    take(token) {
      const time = now()
      // At most one window ahead: after the clock was set back, a token must not wait until the clock has caught up.
      const whole = Math.min(Math.max(wholeAt.get(token) ?? time, time), time + windowMs)
      const waitMs = whole + intervalMs - (time + windowMs)
      wholeAt.set(token, waitMs > 0 ? whole : whole + intervalMs)
      return Math.max(0, waitMs)
    },
  }
}
