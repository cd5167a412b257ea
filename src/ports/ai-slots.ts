/** A tenant's allowance of calls to the AI. */

export interface AiSlots {
  /**
   * Takes so many places together, waiting a little for them. Where the allowance is smaller than that, it takes the whole of it. Throws
   * `rate_limited` without having taken any, or the reason of `signal`.
   */
  take(count: number, signal: AbortSignal): Promise<void>
}
