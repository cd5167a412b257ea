/** How many bytes of requests may lie in memory at once, over all tenants of a process. */
import { PublisherError } from '../errors.ts'

export interface ByteBudget {
  /** What running work holds now. */
  readonly takenBytes: number
  /**
   * Runs `work` while it holds `bytes`. Throws `busy` at once where they are not free, and where `owner` would hold more than half of
   * them: slow uploads of one tenant must not keep all others away.
   */
  hold<T>(owner: string, bytes: number, work: () => Promise<T>): Promise<T>
}

const retryAfterMs = 5000

/** Makes a budget. Asking for more than half of `total` never succeeds. */
export function createByteBudget(total: number): ByteBudget {
  let free = total
  const heldBy = new Map<string, number>()
  const change = (owner: string, bytes: number) => {
    free -= bytes
    const held = (heldBy.get(owner) ?? 0) + bytes
    if (held > 0) heldBy.set(owner, held)
    else heldBy.delete(owner)
  }
  return {
    get takenBytes() {
      return total - free
    },
    async hold(owner, bytes, work) {
      if (bytes > free || (heldBy.get(owner) ?? 0) + bytes > total / 2) {
        throw new PublisherError('busy', 'Too many uploads at once. Try again in a few seconds.', {
          retryAfterMs,
        })
      }
      change(owner, bytes)
      try {
        return await work()
      } finally {
        change(owner, -bytes)
      }
    },
  }
}
