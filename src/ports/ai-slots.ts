/** A tenant's rate limit for calls to the AI. */

/** `wait`: waits briefly for the limit. `at_once`: a call that is only useful, not needed. */
export type Patience = 'wait' | 'at_once'

export interface AiSlots {
  /**
   * Reserves `count` calls at once, by default waiting briefly if needed. Reserves the whole allowance if the allowance is below
   * `count`. Throws `rate_limited` or the reason of `signal`; no call is reserved then.
   */
  take(count: number, signal: AbortSignal, patience?: Patience): Promise<void>
}
