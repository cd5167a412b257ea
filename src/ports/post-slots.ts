/** Limits on a tenant's concurrent posts, and on the memory for their pictures. */
import type { Platform } from '../contract/platform.ts'

export interface PostSlots {
  /**
   * Runs `work` in a slot of the tenant, waiting briefly for the slot. Throws `busy` if no slot becomes free, or the reason of
   * `signal`; `work` has not started then.
   */
  run<T>(platforms: readonly Platform[], work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Runs `work` while reserving `bytes` of picture memory. Throws `busy` if memory is short; `work` has not started then. */
  carry<T>(bytes: number, work: () => Promise<T>): Promise<T>
}
