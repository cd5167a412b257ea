/** How many bytes of requests may lie in memory at once, over all tenants of a process. */
import { PublisherError } from '../errors.ts'

export interface ByteBudget {
  /** What running work holds now. */
  readonly takenBytes: number
  /** Runs `work` while it holds `bytes`. Throws `busy` at once where they are not free. */
  hold<T>(bytes: number, work: () => Promise<T>): Promise<T>
}

const retryAfterMs = 5000

/** Makes a budget. Asking for more than `total` never succeeds. */
export function createByteBudget(total: number): ByteBudget {
  let free = total
  return {
    get takenBytes() {
      return total - free
    },
    async hold(bytes, work) {
      if (bytes > free) {
        throw new PublisherError('busy', 'Too many uploads at once. Try again in a few seconds.', {
          retryAfterMs,
        })
      }
      free -= bytes
      try {
        return await work()
      } finally {
        free += bytes
      }
    },
  }
}
