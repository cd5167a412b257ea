/**
 * Queue that counts bytes instead of items and is fair between owners. The waiting owner with the fewest bytes so far is next (start-time
 * fair queueing). No maintained library does both.
 */
import { PublisherError } from '../../base/errors.ts'
import { createShares, type SharesOptions } from './sharp-shares.ts'

export interface ByteQueueOptions extends SharesOptions {
  /** Upper bound on waiting tasks; each owner may use half of it. */
  maxWaiting: number
}

export interface ByteQueue {
  /** Bytes that running tasks hold now. */
  readonly takenBytes: number
  /** Number of tasks that wait now. */
  readonly waitingTasks: number
  /**
   * Runs `task` when `bytes` are free, and releases them when the task ends. Each owner holds at most half of the budget, except with a
   * single task. Throws `busy` when the queue is full, or when `patience` ends before the task begins. Throws a `RangeError` for a task
   * larger than the budget, which could never begin.
   */
  run<T>(owner: string, bytes: number, patience: AbortSignal, task: () => Promise<T>): Promise<T>
}

interface Waiting {
  owner: string
  bytes: number
  /** Position in the fair order: the bytes that its owner got before this task. */
  tag: number
  begin(): void
}

const retryAfterMs = 3000

/** Creates an empty queue. */
export function createByteQueue({ maxWaiting, ...options }: ByteQueueOptions): ByteQueue {
  const { budgetBytes } = options
  const shares = createShares(options)
  const waiting = new Set<Waiting>()
  const nextTagByOwner = new Map<string, number>()
  let clock = 0

  function enqueue(owner: string, bytes: number, patience: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const ofOwner = [...waiting].filter((other) => other.owner === owner).length
      if (patience.aborted || waiting.size >= maxWaiting || ofOwner >= maxWaiting / 2) return reject(busy())
      const tag = Math.max(clock, nextTagByOwner.get(owner) ?? 0)
      nextTagByOwner.set(owner, tag + bytes)
      const giveUp = () => {
        waiting.delete(job)
        nextTagByOwner.set(owner, (nextTagByOwner.get(owner) ?? 0) - bytes)
        reject(busy())
        // All other tasks may have waited behind this task.
        beginWhatFits()
      }
      const begin = () => {
        waiting.delete(job)
        patience.removeEventListener('abort', giveUp)
        resolve()
      }
      const job: Waiting = { owner, bytes, tag, begin }
      waiting.add(job)
      patience.addEventListener('abort', giveUp, { once: true })
      beginWhatFits()
    })
  }

  /** Begins tasks strictly in order, so that small tasks cannot starve a large task. */
  function beginWhatFits(): void {
    for (let job = next(); job && shares.fits(job.bytes); job = next()) {
      clock = Math.max(clock, job.tag)
      shares.take(job.owner, job.bytes)
      job.begin()
    }
  }

  /** Finds the next task. Considers only the oldest task of each owner, so that an owner's small tasks cannot starve its large task. */
  function next(): Waiting | undefined {
    const seen = new Set<string>()
    let first: Waiting | undefined
    for (const job of waiting) {
      if (seen.has(job.owner)) continue
      seen.add(job.owner)
      if (shares.isFair(job.owner, job.bytes) && (first === undefined || job.tag < first.tag)) first = job
    }
    return first
  }

  /** Deletes the tags that the clock has passed: they no longer affect the order. */
  function forget(): void {
    for (const [owner, tag] of nextTagByOwner) if (tag <= clock) nextTagByOwner.delete(owner)
  }

  return {
    get takenBytes() {
      return shares.heldBytes
    },
    get waitingTasks() {
      return waiting.size
    },
    async run(owner, bytes, patience, task) {
      if (bytes > budgetBytes) throw new RangeError('a task larger than the whole budget can never begin')
      await enqueue(owner, bytes, patience)
      try {
        return await task()
      } finally {
        shares.giveBack(owner, bytes)
        beginWhatFits()
        forget()
      }
    },
  }
}

function busy(): PublisherError {
  return new PublisherError(
    'busy',
    'Too many pictures are being prepared right now. Try again in a moment.',
    {
      retryAfterMs,
    },
  )
}
