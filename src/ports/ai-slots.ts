/** A tenant's rate limit for calls to the AI. */

export interface AiSlots {
  /**
   * Reserves `count` calls at once, waiting briefly if needed. Reserves the whole allowance if the allowance is below `count`.
   * Throws `rate_limited` or the reason of `signal`; no call is reserved then.
   */
  take(count: number, signal: AbortSignal): Promise<void>
}
