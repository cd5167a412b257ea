/** Bytes that running tasks hold, in total and per owner, and the rules for granting more. */

export interface SharesOptions {
  /** Bytes that may be held at the same time. */
  budgetBytes: number
  /** Tasks that may run at the same time. Default: any number. */
  parallel?: number
  /** Second check while another task runs: returns true if memory has room for `bytes` more. Default: always true. */
  hasRoomFor?: (bytes: number) => boolean
}

export interface Shares {
  /** Bytes that running tasks hold now. */
  readonly heldBytes: number
  /** Checks if a task of `bytes` may begin now. Always true while no task runs. */
  fits(bytes: number): boolean
  /** Checks if another task may begin and leave a slot free. Always true while no task runs. */
  leavesSlot(): boolean
  /** Checks if the owner stays within half of the budget. Always true for the owner's only task. */
  isFair(owner: string, bytes: number): boolean
  /** Begins a task. Counts it to no share if `owner` is null. */
  take(owner: string | null, bytes: number): void
  /** Ends a task of {@link take}. */
  giveBack(owner: string | null, bytes: number): void
}

/** Creates the shares of one budget, all of them free. */
export function createShares(options: SharesOptions): Shares {
  const { budgetBytes, parallel = Number.POSITIVE_INFINITY, hasRoomFor = () => true } = options
  const heldByOwner = new Map<string, number>()
  let running = 0
  let heldBytes = 0

  function change(owner: string | null, bytes: number, tasks: 1 | -1): void {
    running += tasks
    heldBytes += tasks * bytes
    if (owner === null) return
    const held = (heldByOwner.get(owner) ?? 0) + tasks * bytes
    if (held > 0) heldByOwner.set(owner, held)
    else heldByOwner.delete(owner)
  }

  return {
    get heldBytes() {
      return heldBytes
    },
    fits(bytes) {
      if (running === 0) return true
      return running < parallel && heldBytes + bytes <= budgetBytes && hasRoomFor(bytes)
    },
    leavesSlot: () => running === 0 || running + 1 < parallel,
    isFair(owner, bytes) {
      const held = heldByOwner.get(owner) ?? 0
      return held === 0 || held + bytes <= budgetBytes / 2
    },
    take: (owner, bytes) => change(owner, bytes, 1),
    giveBack: (owner, bytes) => change(owner, bytes, -1),
  }
}
