/** Order of waiting tasks: start-time fair queueing between owners, first come, first served for the tasks of one owner. */

export interface WaitingTask {
  owner: string
  bytes: number
}

export interface FairOrder<Task extends WaitingTask> {
  /** Number of tasks that wait now. */
  readonly size: number
  /** Number of the owner's tasks that wait now. */
  countOf(owner: string): number
  /** Adds a task behind the owner's other tasks. */
  add(task: Task): void
  /** Returns the next of the tasks that `isAllowed`. Considers only each owner's oldest task, so that small tasks starve no large task. */
  next(isAllowed: (task: Task) => boolean): Task | undefined
  /** Removes a task that begins now. */
  begin(task: Task): void
  /** Removes a task that will never begin, and charges its owner nothing. */
  drop(task: Task): void
}

/** Creates an empty order. The waiting owner with the fewest bytes so far is next. */
export function createFairOrder<Task extends WaitingTask>(): FairOrder<Task> {
  /** The tag of each task: the bytes that its owner got before this task. */
  const waiting = new Map<Task, number>()
  const nextTagByOwner = new Map<string, number>()
  let clock = 0

  /** Deletes the tags that the clock has passed: they no longer affect the order. */
  function forget(): void {
    for (const [owner, tag] of nextTagByOwner) if (tag <= clock) nextTagByOwner.delete(owner)
  }

  return {
    get size() {
      return waiting.size
    },
    countOf: (owner) => [...waiting.keys()].filter((task) => task.owner === owner).length,
    add(task) {
      const tag = Math.max(clock, nextTagByOwner.get(task.owner) ?? 0)
      nextTagByOwner.set(task.owner, tag + task.bytes)
      waiting.set(task, tag)
    },
    next(isAllowed) {
      const seen = new Set<string>()
      let first: { task: Task; tag: number } | undefined
      for (const [task, tag] of waiting) {
        if (seen.has(task.owner)) continue
        seen.add(task.owner)
        if (isAllowed(task) && (first === undefined || tag < first.tag)) first = { task, tag }
      }
      return first?.task
    },
    begin(task) {
      clock = Math.max(clock, waiting.get(task) ?? 0)
      waiting.delete(task)
      forget()
    },
    drop(task) {
      waiting.delete(task)
      nextTagByOwner.set(task.owner, (nextTagByOwner.get(task.owner) ?? 0) - task.bytes)
      forget()
    },
  }
}
