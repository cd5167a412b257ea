/**
 * Queue that counts bytes instead of items and is fair between owners. Work that no client waits for begins only while the queue is
 * otherwise empty. No maintained library does all of this.
 */
import { PublisherError } from '../../base/errors.ts'
import { createFairOrder, type WaitingTask } from './sharp-order.ts'
import { createShares, type SharesOptions } from './sharp-shares.ts'

export interface ByteQueueOptions extends SharesOptions {
  /** Upper bound on waiting tasks, of clients and ahead each. An owner may use half of it. */
  maxWaiting: number
  /** Checks if work ahead may begin now, beyond the rules of this queue. Asked again when a task ends. Default: always true. */
  isCalm?: () => boolean
}

export interface Turn {
  owner: string
  /** True for work ahead: it begins only while no client's task waits, leaves a slot free, and runs a single task at a time. */
  isAhead?: boolean | undefined
  /** Ends the wait. */
  patience: AbortSignal
}

export interface ByteQueue {
  /** Bytes that running tasks hold now. */
  readonly takenBytes: number
  /** Number of tasks that wait now, including work ahead. */
  readonly waitingTasks: number
  /** Number of clients' tasks that wait now. */
  readonly waitingClients: number
  /**
   * Runs `task` when `bytes` are free, and releases them when the task ends. Each owner holds at most half of the budget, except with a
   * single task. Throws `busy` when the queue is full, or when `patience` ends before the task begins. Throws a `RangeError` for a task
   * larger than the budget, which could never begin.
   */
  run<T>(turn: Turn, bytes: number, task: () => Promise<T>): Promise<T>
}

interface Waiting extends WaitingTask {
  begin(): void
}

const retryAfterMs = 3000

/** Creates an empty queue. */
export function createByteQueue({
  maxWaiting,
  isCalm = () => true,
  ...options
}: ByteQueueOptions): ByteQueue {
  const shares = createShares(options)
  const clients = createFairOrder<Waiting>()
  const ahead = createFairOrder<Waiting>()
  let isAheadRunning = false

  function enqueue({ owner, isAhead, patience }: Turn, bytes: number): Promise<void> {
    const order = isAhead ? ahead : clients
    return new Promise((resolve, reject) => {
      const isFull = order.size >= maxWaiting || order.countOf(owner) >= maxWaiting / 2
      if (patience.aborted || isFull) return reject(busy())
      const giveUp = () => {
        order.drop(task)
        reject(busy())
        // All other tasks may have waited behind this task.
        beginWhatFits()
      }
      const begin = () => {
        order.begin(task)
        patience.removeEventListener('abort', giveUp)
        resolve()
      }
      const task: Waiting = { owner, bytes, begin }
      order.add(task)
      patience.addEventListener('abort', giveUp, { once: true })
      beginWhatFits()
    })
  }

  const isFair = ({ owner, bytes }: Waiting) => shares.isFair(owner, bytes)

  /** Begins tasks strictly in order, so that small tasks cannot starve a large task. */
  function beginWhatFits(): void {
    for (let task = clients.next(isFair); task && shares.fits(task.bytes); task = clients.next(isFair)) {
      shares.take(task.owner, task.bytes)
      task.begin()
    }
    if (clients.size > 0 || isAheadRunning || !shares.leavesSlot() || !isCalm()) return
    const task = ahead.next(() => true)
    if (!task || !shares.fits(task.bytes)) return
    isAheadRunning = true
    // Work ahead must not use up the share that its owner's clients need.
    shares.take(null, task.bytes)
    task.begin()
  }

  return {
    get takenBytes() {
      return shares.heldBytes
    },
    get waitingTasks() {
      return clients.size + ahead.size
    },
    get waitingClients() {
      return clients.size
    },
    async run(turn, bytes, task) {
      if (bytes > options.budgetBytes) {
        throw new RangeError('a task larger than the whole budget can never begin')
      }
      await enqueue(turn, bytes)
      try {
        return await task()
      } finally {
        shares.giveBack(turn.isAhead ? null : turn.owner, bytes)
        if (turn.isAhead) isAheadRunning = false
        beginWhatFits()
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
