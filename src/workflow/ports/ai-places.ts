/** A tenant's allowance of calls to the AI. */

export interface AiPlaces {
  /** Takes one place, waiting a little for it. Throws `rate_limited`, or the reason of `signal`. */
  take(signal: AbortSignal): Promise<void>
}
