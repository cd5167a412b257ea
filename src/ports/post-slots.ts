/** How many posts of a tenant may be under way, and how much of their pictures may lie in memory. */
import type { Platform } from '../contract/platform.ts'

export interface PostSlots {
  /**
   * Runs `work` in one of the tenant's places, waiting a little for it. Throws `busy` where none becomes free, or the reason of
   * `signal`; `work` has not begun then.
   */
  run<T>(platforms: readonly Platform[], work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Runs `work` while so many bytes count as memory of pictures. Throws `busy` where there is no room; `work` has not begun then. */
  carry<T>(bytes: number, work: () => Promise<T>): Promise<T>
}
