/**
 * A queue that counts bytes instead of items and is fair between owners: among those who wait, the one who was given
 * the fewest bytes so far is next (start-time fair queueing). No well-kept library does both.
 */
import { PublisherError } from '../../base/errors.ts'
import { createShares, type SharesOptions } from './sharp-shares.ts'

export interface ByteQueueOptions extends SharesOptions {
  /** How many may wait; one owner gets at most half of the places. */
  maxWaiting: number
}

export interface ByteQueue {
  /** What running tasks take now, in bytes. */
  readonly takenBytes: number
  /** How many tasks wait for their turn now. */
  readonly waitingTasks: number
  /**
   * Runs `task` when `bytes` are free and gives them back when it ends. One owner takes at most half of the budget,
   * except by a single task. Throws `busy` when the queue is full, or when `patience` ends before the task began.
   * `bytes` beyond the budget is a `RangeError`, for that task could never begin.
   */
  run<T>(owner: string, bytes: number, patience: AbortSignal, task: () => Promise<T>): Promise<T>
}

interface Waiting {
  owner: string
  bytes: number
  /** Place in the fair order: the bytes that its owner was given before it. */
  tag: number
  begin(): void
}

const retryAfterMs = 3000

/** Makes a queue in which nothing runs or waits. */
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
        // It may have been the one that all others waited behind.
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

  /** Strictly in order: a large task is not overtaken for ever by small ones that fit. */
  function beginWhatFits(): void {
    for (let job = next(); job && shares.fits(job.bytes); job = next()) {
      clock = Math.max(clock, job.tag)
      shares.take(job.owner, job.bytes)
      job.begin()
    }
  }

  /** Each owner is represented by the task that has waited longest, lest its large ones starve behind its small ones. */
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

  /** An owner whose turn is not behind the clock has no history that counts. */
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
